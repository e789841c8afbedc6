"""The corrected information matrix: what it must agree with, and what it is good for."""

import numpy as np
import pytest

from verhulst.regression.curvature import REMEMBERED, Curvature
from verhulst.regression.factor import Factor


def problem(size, seed=0):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(3 * size, size))
    return rng, root.T @ root


def test_nothing_learned_is_the_matrix_itself():
    rng, matrix = problem(6)
    gradient = rng.normal(size=6)
    np.testing.assert_allclose(
        Curvature(Factor.of(matrix)).solve(gradient), np.linalg.solve(matrix, gradient), rtol=1e-10
    )


def test_the_last_step_is_explained():
    rng, matrix = problem(6)
    curvature = Curvature(Factor.of(np.eye(6)))
    for _ in range(4):
        step = rng.normal(size=6)
        curvature.learn(step, matrix @ step)
        np.testing.assert_allclose(curvature.solve(matrix @ step), step, rtol=1e-9)


def test_against_the_formula_with_matrices():
    rng, matrix = problem(5)
    curvature, inverse = Curvature(Factor.of(np.diag(np.diag(matrix)))), np.diag(1 / np.diag(matrix))
    for _ in range(7):
        step = rng.normal(size=5)
        change = matrix @ step
        curvature.learn(step, change)
        left = np.eye(5) - np.outer(step, change) / (step @ change)
        inverse = left @ inverse @ left.T + np.outer(step, step) / (step @ change)
    gradient = rng.normal(size=5)
    np.testing.assert_allclose(curvature.solve(gradient), inverse @ gradient, rtol=1e-9)


def test_steps_against_the_curvature_are_not_believed():
    rng, matrix = problem(4)
    curvature = Curvature(Factor.of(matrix))
    before = curvature.solve(np.ones(4))
    step = rng.normal(size=4)
    curvature.learn(step, -matrix @ step)
    np.testing.assert_array_equal(curvature.solve(np.ones(4)), before)


def test_old_steps_are_forgotten():
    rng, matrix = problem(4)
    long, short = Curvature(Factor.of(matrix)), Curvature(Factor.of(matrix))
    steps = rng.normal(size=(REMEMBERED + 5, 4))
    for k, step in enumerate(steps):
        long.learn(step, 2 * matrix @ step)
        if k >= 5:
            short.learn(step, 2 * matrix @ step)
    np.testing.assert_array_equal(long.solve(np.ones(4)), short.solve(np.ones(4)))


@pytest.mark.parametrize("size", [10, 60])
def test_a_wrong_matrix_is_made_good_faster_than_without(size):
    rng, matrix = problem(size)
    wrong = matrix + 0.4 * np.diag(np.diag(matrix)) * rng.random(size)
    target = rng.normal(size=size)

    def left_after(learns):
        point, curvature = np.zeros(size), Curvature(Factor.of(wrong))
        for _ in range(12):
            gradient = matrix @ (target - point)
            step = curvature.solve(gradient)
            if learns:
                curvature.learn(step, matrix @ step)
            point = point + step
        return np.linalg.norm(point - target)

    assert left_after(True) < 0.1 * left_after(False)
