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

# Those that check by themselves: what may be the name of a column, text or a number; two models of several classes.
OTHERS = {"fit_table", "fit_formula", "compare_fits"}
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
    "a list of names": ["x"],
    "None": None,
    "a path": pathlib.Path(),
    "a list of names, or of lists of names": ["x"],
}
WRONG: list[Any] = [object(), [1], {"a": 1}, np.zeros(2), b"x", 1j, np.array(["x"])]


CURVE = calibration.reliability([0, 1, 0, 1], [-1.0, 1.0, 0.5, 2.0], scores_are="logits")
FOREST = figures.prepare_forest(["a"], [1.0], [0.5], [2.0])
RECORDS = {
    "a BaseDesign": learn_design({"x": [1.0, 2.0], "y": [0, 1]}, "y"),
    "an Estimates": FIT,
    "a LogisticFit": FIT,
    "a TableFit": vh.fit_table({"x": [0.0, 1.0, 2.0, 3.0], "y": [0, 1, 0, 1]}, "y"),
    "a Theme": figures.THEMES["light"],
    "a Forest": FOREST,
    "a Reliability": CURVE,
    "a ReliabilityDiagram": figures.prepare_reliability(CURVE),
    "a figure of matplotlib": figures.draw_forest(FOREST),
    "a ProbabilityByOutcome": figures.prepare_probability_by_outcome([0, 1], [0.25, 0.5]),
}


def right(kinds: list[tuple[str, Any]]) -> Any:
    return (RIGHT | RECORDS).get(kinds[0][0], "x")


CASES = [(name, option) for name, function in PUBLIC.items() for option in _kinds(inspect.unwrap(function))]


def wrong(kinds: list[tuple[str, Any]]) -> list[Any]:
    """Values that are of none of these kinds."""
    allowed = {kind for kind, _ in kinds}
    values = [value for value in WRONG if not any(is_one(value) for _, is_one in kinds)]
    values += [10**400] if "a whole number" not in allowed else [0.5, "3"] if "a number" not in allowed else []
    values += [] if "None" in allowed else [None]
    values += ["0.5", True] if "a number" in allowed and "true or false" not in allowed else []
    values += [2, "yes"] if "true or false" in allowed and "a whole number" not in allowed else []
    return values


def refuses(function: Callable[..., Any], name: str, kinds: dict[str, list[tuple[str, Any]]]) -> None:
    given = {
        other: right(kinds[other]) if other in kinds else None
        for other, parameter in inspect.signature(function).parameters.items()
        if parameter.default is inspect.Parameter.empty
        and parameter.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    }
    for value in wrong(kinds[name]):
        with pytest.raises(TypeError, match=rf"^{name} must be .*, not "):
            function(**given | {name: value})


@pytest.mark.parametrize(("name", "option"), CASES)
def test_wrong_types_are_said(name: str, option: str) -> None:
    refuses(PUBLIC[name], option, _kinds(inspect.unwrap(PUBLIC[name])))


CLASSES: dict[str, type] = {
    name: found
    for room in ROOMS
    for name in dir(room)
    if inspect.isclass(found := getattr(room, name))
    and not issubclass(found, BaseException)
    and found is not regression.Separation  # which others ask, with what they computed
}
METHODS = [
    (name, method, option)
    for name, found in CLASSES.items()
    for method, function in inspect.getmembers(found, inspect.isfunction)
    if not method.startswith(("_", "from_", "set_"))  # made from model files and by scikit-learn
    and function.__module__.startswith("verhulst")
    for option in _kinds(inspect.unwrap(function))
    if option in inspect.signature(function).parameters
    if inspect.signature(function).parameters[option].default is not inspect.Parameter.empty
]


@pytest.mark.parametrize(("name", "method", "option"), METHODS)
def test_wrong_types_are_said_by_methods(name: str, method: str, option: str) -> None:
    function = getattr(CLASSES[name], method)
    refuses(function, option, _kinds(inspect.unwrap(function)))


PARAMETERS = [
    (name, option)
    for name, found in CLASSES.items()
    if hasattr(found, "fit") and not inspect.isabstract(found)
    for option in _kinds(found.__init__)
    if found is not calibration.PriorShift  # which needs a shift, and whose __init__ is checked
]


@pytest.mark.parametrize(("name", "option"), PARAMETERS)
def test_wrong_types_of_parameters_are_said_by_fit(name: str, option: str) -> None:
    X, y = np.linspace(-2.0, 2.0, 40), np.tile([0, 1, 1, 0], 10)
    rows = X[:, np.newaxis] if "X" in inspect.signature(CLASSES[name].fit).parameters else X
    kinds = _kinds(CLASSES[name].__init__)[option]
    for value in wrong(kinds):
        with pytest.raises(TypeError, match=rf"^{option} must be .*, not "):
            CLASSES[name](**{option: value}).fit(rows, y)


@pytest.mark.parametrize("option", ["bins", "replications", "bootstrap"])
def test_counts_that_never_end_are_refused(option: str) -> None:
    for count in (-1, 1_000_001, 10**400):
        with pytest.raises(ValueError, match=rf"^{option} must be at (least \d+|most 1,000,000), not "):
            vh.evaluate([0, 1, 0, 1], logits=[-1.0, 1.0, 0.5, 2.0], **{option: count})


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
