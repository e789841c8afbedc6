"""Every option of a public function is checked for its type, by the annotation, before anything else happens."""

from __future__ import annotations

import inspect
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import verhulst as vh
from verhulst import calibration, figures, regression
from verhulst._options import _kinds, checks_options
from verhulst.data import blocks, learn_design, load_dataset, read_model, write_model

# Those that take the names of columns as text or as numbers, and check them by themselves.
OTHERS = {"fit_table", "fit_formula"}
ROOMS = (calibration, regression, figures)
PUBLIC: dict[str, Callable[..., Any]] = {
    name: getattr(room, name)
    for room in ROOMS
    for name in dir(room)
    if inspect.isfunction(getattr(room, name)) and not name.startswith("_") and name not in OTHERS
} | {
    "load": vh.load,
    "report": vh.report,
    "explore": vh.explore,
    "read_model": read_model,
    "write_model": write_model,
    "blocks": blocks,
    "load_dataset": load_dataset,
}
FIT = regression.fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
# A value of each kind, and values of other kinds.
RIGHT = {
    "a number": 0.5,
    "a whole number": 3,
    "text": "x",
    "true or false": True,
    "None": None,
    "a path": pathlib.Path(),
}
WRONG: list[Any] = [object(), [1], {"a": 1}, np.zeros(2), b"x", 1j, np.array(["x"])]


CURVE = calibration.reliability([0, 1, 0, 1], [-1.0, 1.0, 0.5, 2.0], scores_are="logits")
FOREST = figures.prepare_forest(["a"], [1.0], [0.5], [2.0])
RECORDS = {
    "a BaseDesign": learn_design({"x": [1.0, 2.0], "y": [0, 1]}, "y"),
    "an Estimates": FIT,
    "a LogisticFit": FIT,
    "a Theme": figures.THEMES["light"],
    "a Forest": FOREST,
    "a Reliability": CURVE,
    "a ReliabilityDiagram": figures.prepare_reliability(CURVE),
    "a ProbabilityByOutcome": figures.prepare_probability_by_outcome([0, 1], [0.25, 0.5]),
}


def right(kinds: list[tuple[str, Any]]) -> Any:
    return (RIGHT | RECORDS).get(kinds[0][0], "x")


CASES = [(name, option) for name, function in PUBLIC.items() for option in _kinds(inspect.unwrap(function))]


@pytest.mark.parametrize(("name", "option"), CASES)
def test_wrong_types_are_said(name: str, option: str) -> None:
    function = PUBLIC[name]
    kinds = _kinds(inspect.unwrap(function))
    given = {
        other: right(kinds[other]) if other in kinds else None
        for other, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    allowed = {kind for kind, _ in kinds[option]}
    wrong = [*WRONG, 10**400] if "a whole number" not in allowed else [*WRONG, 0.5, "3"]
    wrong += [] if "None" in allowed else [None]
    wrong += ["0.5", True] if "a number" in allowed else []
    wrong += [2, "yes"] if "true or false" in allowed else []
    for value in wrong:
        with pytest.raises(TypeError, match=rf"^{option} must be .*, not "):
            function(**given | {option: value})


def test_right_types_are_taken() -> None:
    @checks_options
    def f(a: float, b: int = 0, c: bool = False, d: str | None = None) -> Any:
        return a, b, c, d

    for given in ((1, 2, 1, "x"), (np.float32(0.5), np.int8(1), np.True_), (np.array(0.5), np.array(3))):
        assert f(*given)[: len(given)] == given
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        f()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^a must be a number, not None$"):
        f(None)  # type: ignore[arg-type]
