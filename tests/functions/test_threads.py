"""Threads: the same bits for any number of them, and no harm from fork, exceptions in settings or many callers."""

import concurrent.futures
import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

import verhulst as vh


@pytest.fixture(autouse=True)
def one_thread_afterwards() -> Iterator[None]:
    yield
    vh.set_num_threads(1)


def scores(n: int, dtype: type = np.float64) -> np.ndarray:
    return np.random.default_rng(5).normal(0, 20, n).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("n", [65_535, 65_536, 65_537, 300_001])
def test_the_same_bits_for_any_number_of_threads(n: int, dtype: type) -> None:
    z = scores(n, dtype)
    once = vh.sigmoid(z)
    for threads in (2, 3, 4):
        vh.set_num_threads(threads)
        np.testing.assert_array_equal(vh.sigmoid(z), once)
        np.testing.assert_array_equal(vh.sigmoid(z[::-1])[::-1], once)
        in_place = z.copy()
        vh.sigmoid(in_place, out=in_place)
        np.testing.assert_array_equal(in_place, once)


FORKING = """
import multiprocessing

import numpy as np

import verhulst as vh

z = np.random.default_rng(5).normal(0, 20, 200_000)


def child(connection):
    connection.send_bytes(vh.sigmoid(z).tobytes())
    connection.close()


vh.set_num_threads(3)
once = vh.sigmoid(z)
fork = multiprocessing.get_context("fork")
for _ in range(3):
    here, there = fork.Pipe()
    process = fork.Process(target=child, args=(there,))
    process.start()
    assert here.poll(30), "the child hangs"
    assert here.recv_bytes() == once.tobytes()
    process.join(30)
    assert process.exitcode == 0
print("done")
"""


def test_a_forked_child_makes_its_own_threads() -> None:
    # In a process of its own: others' threads, JAX's for one, do not survive a fork.
    done = subprocess.run([sys.executable, "-c", FORKING], capture_output=True, text=True, check=False)
    assert done.stdout == "done\n", done.stderr


def test_many_callers_at_once() -> None:
    z = scores(200_000)
    once = vh.sigmoid(z)
    vh.set_num_threads(2)
    with concurrent.futures.ThreadPoolExecutor(4) as callers:
        for result in callers.map(lambda _: vh.sigmoid(z), range(24)):
            np.testing.assert_array_equal(result, once)


def test_more_threads_than_processors() -> None:
    z = scores(400_000)
    once = vh.sigmoid(z)
    vh.set_num_threads(40)
    np.testing.assert_array_equal(vh.sigmoid(z), once)


@pytest.mark.parametrize("n", [0, -1, 1025, 10**30])
def test_a_number_out_of_range(n: int) -> None:
    with pytest.raises(ValueError, match="must be from 1 to 1024, got "):
        vh.set_num_threads(n)
    assert vh.get_num_threads() == 1


@pytest.mark.parametrize("n", [1.5, "2", None])
def test_not_a_whole_number(n: object) -> None:
    with pytest.raises(TypeError, match="must be a whole number, not"):
        vh.set_num_threads(n)  # type: ignore[arg-type]


def test_numpy_integers_are_numbers() -> None:
    vh.set_num_threads(np.int64(2))
    assert vh.get_num_threads() == 2


def run_with(variable: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "import verhulst as vh; print(vh.get_num_threads())"],
        env={**os.environ, "VERHULST_NUM_THREADS": variable},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_variable() -> None:
    assert run_with("3").stdout == "3\n"
    assert run_with("").stdout == "1\n"


@pytest.mark.parametrize("wrong", ["0", "two", "2 ", "99999999999999999999"])
def test_a_wrong_environment_variable(wrong: str) -> None:
    done = run_with(wrong)
    assert done.returncode != 0
    assert f"VERHULST_NUM_THREADS must be a whole number from 1 to 1024, got '{wrong}'" in done.stderr
