"""Model files of every kind with a fault: `ModelFileError` that names the field, or a model that predicts as before."""

from __future__ import annotations

import functools
import json
import pathlib
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import verhulst as vh
from verhulst.data import ModelFileError

OLD = pathlib.Path(__file__).parent.parent / "references" / "models"
X = np.array([[0.5, 1.0], [1.5, 0.0], [2.5, 1.0], [3.0, 0.0], [4.0, 1.0], [1.0, 1.0], [3.5, 0.0], [2.0, 1.0]])
Y = np.array([0, 0, 1, 0, 1, 1, 1, 0])
TABLE = {"dose": X[:, 0], "group": np.where(X[:, 1] == 1, "b", "a"), "flag": X[:, 1] == 1, "sick": Y}
Z = np.linspace(-3.0, 3.0, 40)
OUTCOMES = (np.arange(40) * 7 % 10 < 5 + Z).astype(int)
CLASSES = np.column_stack([Z, -Z, np.cos(3 * Z)])
CHOSEN = (np.arange(40) * 7 + (Z > 0)) % 3
MANY = {"way": CHOSEN, "score": Z, "group": np.where(CHOSEN + np.arange(40) % 4 > 2, "b", "a")}

KINDS: dict[str, Callable[[], Any]] = {
    "table": lambda: vh.fit_table(TABLE, "sick", columns=["dose", "group", "flag"], collinear="drop"),
    "separated table": lambda: vh.fit_table({"a": [1.0, 2, 3, 4, 5], "y": [0, 0, 0, 1, 1]}, "y"),
    "formula": lambda: vh.fit_formula("sick ~ dose + C(group)", TABLE),
    "multinomial table": lambda: vh.fit_table(MANY, "way", multinomial=True, reference={"way": 2}),
    "multinomial": lambda: vh.regression.fit_multinomial(CLASSES[:, :2], np.array(["a", "b", "c"])[CHOSEN]),
    "estimator": lambda: vh.LogisticRegression().fit(X, np.array(["no", "yes"])[Y]),
    "estimator, penalised": lambda: vh.LogisticRegression(2.0, fit_intercept=False).fit(X.astype("f4"), Y == 1),
    "estimator, Firth": lambda: vh.LogisticRegression(firth=True).fit(X, (Y + 1).astype("u1")),
    "estimator of labels": lambda: vh.LogisticRegression(C=1.0).fit(X, np.column_stack([Y, 1 - Y[::-1]])),
    "more columns than rows": lambda: vh.LogisticRegression(C=1.0).fit(np.sin(np.arange(96.0)).reshape(8, 12) ** 3, Y),
    "columns nearly alike": lambda: vh.LogisticRegression().fit(X @ [[1.0, 1.0], [0.0, 1e-9]] + [1e3, 1e3], Y),
    "vector scaling": lambda: vh.calibrate(CLASSES, CHOSEN, "vector"),
    "temperature of classes": lambda: vh.calibrate(CLASSES, CHOSEN, "temperature"),
    "prior shift": lambda: vh.calibration.PriorShift(-1.5),
    **{
        name: lambda name=name: vh.calibrate(Z, OUTCOMES, name, scores="logits")
        for name in ("identity", "temperature", "platt", "beta", "isotonic")
    },
    **{name.name: lambda name=name: vh.load(name) for name in sorted(OLD.glob("*.json"))},
}


@functools.cache
def written(kind: str, folder: pathlib.Path) -> str:
    """The text of a model file of this kind; of an old one as it is."""
    if kind.endswith(".json"):
        return (OLD / kind).read_text()
    path = folder / "model.json"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        KINDS[kind]().save(path)
    return path.read_text()


def predictions(model: Any) -> list[Any]:
    """What a model predicts, and what is printed of its coefficients."""
    if hasattr(model, "classes"):
        fit = getattr(model, "fit", model)
        assert repr(model.summary())
        return [fit.predict_proba(np.ones((2, len(fit.names)))), fit.standard_errors, repr(model)]
    if hasattr(model, "design"):
        shown = [model.fit.log_odds(np.ones((2, len(model.fit.names)))), repr(model.odds_ratios()), repr(model)]
        if type(model.design).__name__ == "Design":
            table = {column.name: column.levels[-1:] or [1.0] for column in model.design.columns}
            shown += [model.predict_proba(table)]
        assert repr(model.summary())
        return shown
    if isinstance(model, vh.LogisticRegression):
        rows = np.linspace(0.0, 3.0, 2 * model.n_features_in_).reshape(2, -1)
        return [model.predict_proba(rows), model.predict(rows)]
    scores = CLASSES if getattr(model, "slopes_", None) is not None or model.n_classes_ > 2 else Z
    return [model.predict_proba(scores), repr(model)]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every object and list with each of its keys."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


NESTED: Any = functools.reduce(lambda inner, _: [inner], range(600), 1.0)
FAULTS: dict[str, Callable[[Any, Any], None]] = {
    "absent": lambda of, key: of.pop(key),
    "null": lambda of, key: of.__setitem__(key, None),
    "true": lambda of, key: of.__setitem__(key, True),
    "list": lambda of, key: of.__setitem__(key, [of[key]]),
    "empty list": lambda of, key: of.__setitem__(key, []),
    "empty object": lambda of, key: of.__setitem__(key, {}),
    "nested": lambda of, key: of.__setitem__(key, NESTED),
    "nan": lambda of, key: of.__setitem__(key, {"float": "nan"}),
    "inf": lambda of, key: of.__setitem__(key, {"float": "inf"}),
    "huge number": lambda of, key: of.__setitem__(key, 10**350),
    "text": lambda of, key: of.__setitem__(key, None if isinstance(of[key], str) else "0.25"),
    "huge size": lambda of, key: of.__setitem__(key, 10**15 if isinstance(key, str) and type(of[key]) is int else None),
    "long text": lambda of, key: of.__setitem__(key, "x" * 1_000_001),
    "one more": lambda of, key: of[key].append(of[key][0]) if isinstance(of[key], list) and of[key] else of.pop(key),
    "one less": lambda of, key: of[key].pop() if isinstance(of[key], list) and of[key] else of.pop(key),
    "another key": lambda of, key: of.__setitem__("surplus", 1) if isinstance(of, dict) else of.pop(key),
}
# What is only shown, or says how columns are read, is not checked against the rest of the model.
TOLD = {"number", "log_likelihood", "null_log_likelihood", "decrement", "step", "accepted", "information"}
TOLD |= {"rows", "rows_read", "rows_kept", "cases", "events", "C", "condition", "status", "constant", "tol", "max_iter"}
TOLD |= {"confusion", "present", "has_offset", "penalty", "penalised_log_likelihood", "verbose", "written_by", "tau"}


def outcome(path: pathlib.Path) -> list[Any] | str:
    """The predictions of the model in a file, or the message of the error."""
    try:
        model = vh.load(path)
    except ModelFileError as error:
        return str(error)
    return predictions(model)


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_model_files(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    text = written(kind, folder)
    path = folder / "damaged.json"
    path.write_text(text)
    warnings.simplefilter("ignore", UserWarning)  # pytest restores the filters
    whole = predictions(vh.load(path))
    rng = np.random.default_rng(list(KINDS).index(kind))
    count = len(list(places(json.loads(text)["payload"])))
    refused = 0
    for fault, change in FAULTS.items():
        for place in {int(k) for k in rng.integers(0, count, 12)}:
            document = json.loads(text)
            of, key = list(places(document["payload"]))[place]
            change(of, key)
            path.write_text(json.dumps(document))
            now = outcome(path)
            if isinstance(now, str):
                refused += 1
                assert re.match(rf"{path}: (the model file is damaged: [a-zC]|no calibration map is named)", now)
                assert len(now) < 500
            else:
                assert key in TOLD or repr(now) == repr(whole), (fault, key)
    assert refused > 50


def first(pattern: str, new: str) -> Callable[[str], str]:
    """Replace the first match."""
    return lambda text: re.sub(pattern, new, text, count=1)


NUMBER, VERSION, KIND = r"-?\d+\.\d+(e-\d+)?(?=,?\n)", r'(?<="schema_version": )\d+', r'(?<="kind": )"[^"]*"'
WHOLE_FILES: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    "truncated": (lambda text: text[: len(text) * 2 // 3], "incomplete or damaged; write it again"),
    "not UTF-8": (lambda text: text.encode().replace(b"payload", b"payl\xff\xfead"), "is not a model file"),
    "a key twice": (first("{", '{"verhulst_model": 1,'), "the field 'verhulst_model' occurs twice"),
    "NaN": (first(NUMBER, "NaN"), r"damaged \(NaN is not JSON\)"),
    "1e999": (first(NUMBER, "1e999"), "is inf; it must be|as before"),
    "digits": (first(NUMBER, "7" * 5000), "a number has 5,000 digits"),
    "deep": (first(NUMBER, "[" * 100_000), "incomplete or damaged"),
    "a version in words": (first(VERSION, '"two"'), "schema_version .* missing"),
    "a version as a list": (first(VERSION, "[1]"), "schema_version .* missing"),
    "a kind of kinds": (first(KIND, '["x"]'), "kind, .* missing"),
    "a long kind": (first(KIND, f'"{"k" * 9999}"'), "does not know"),
}


@pytest.mark.parametrize("fault", WHOLE_FILES)
def test_files_that_are_damaged_as_a_whole(fault: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    change, message = WHOLE_FILES[fault]
    for kind in ("table", "estimator", "platt", "isotonic", "schema1-table.json"):
        damaged = change(written(kind, folder))
        path = folder / "whole.json"
        path.write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
        now = outcome(path)
        assert re.search(message, now if isinstance(now, str) else "as before")
        assert len(now) < 500


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("estimator", {"class_type": "<U400000000"}, "class_type is '<U400000000', which is no width of these classes"),
        ("estimator", {"class_type": "O"}, "class_type is 'O', which is no type of these classes"),
        ("estimator", {"classes": [1, 300], "class_type": "|u1"}, "class_type is '|u1', which cannot hold"),
        ("estimator", {"classes": ["no", None]}, "classes[1] is null; it must be text"),
        ("estimator", {"n_features": 3}, "n_features is 3, where other fields need 2"),
        ("estimator", {"multi_label": True}, "fits has 1 entries, which are not those of the classes"),
        (
            "platt",
            {"parameters": {"slope": None, "intercept": 0.0}},
            "slope is null; it must be a finite number",
        ),
        ("platt", {"n_classes": 3}, "n_classes is 3; it must be a whole number from 2 to 2"),
        ("platt", {"scores": "odds"}, "scores is 'odds'; it must be 'logits' or 'probabilities'"),
        (
            "vector scaling",
            {"parameters": {"slopes": [1.0], "intercepts": [0.0]}},
            "slopes has 1 entries, where",
        ),
        ("table", {"design": None}, "design or formula must be there, and the other null"),
    ],
)
def test_messages_name_the_field(
    kind: str, change: dict[str, Any], message: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    document = json.loads(written(kind, folder))
    document["payload"] |= change
    path = folder / "field.json"
    path.write_text(json.dumps(document))
    with pytest.raises(ModelFileError, match=re.escape(message)):
        vh.load(path)


def test_paths_that_cannot_be_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    for path in (tmp_path / "a.json" / "b.json", tmp_path / "loop.json"):
        with pytest.raises(ModelFileError, match=r"cannot be read \("):
            vh.load(path)
