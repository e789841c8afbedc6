"""Scores, outcomes and weights in any container of numbers; what are no numbers is refused."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import verhulst as vh

rng = np.random.default_rng(0)
Z = rng.normal(0.0, 2.0, 60).astype(ml_dtypes.bfloat16).astype(np.float32)
Y = (rng.random(60) < vh.sigmoid(Z)).astype(int)
W = rng.integers(1, 4, 60)

CONTAINERS: dict[str, Callable[[np.ndarray], Any]] = {
    "list": lambda a: a.tolist(),
    "objects": lambda a: a.astype(object),
    "column": lambda a: a[:, None],
    "swapped bytes": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "masked, of which nothing is": lambda a: np.ma.array(a),
    "bfloat16": lambda a: a.astype(ml_dtypes.bfloat16),
    "Series": lambda a: pd.Series(a, index=range(100, 160)),
    "nullable Series": lambda a: pd.Series(a).convert_dtypes(),
    "polars": lambda a: pl.Series(a),
    "arrow": lambda a: pa.chunked_array([a[:20], a[20:]]),
}
TENSORS: dict[str, Callable[[Any, np.ndarray], Any]] = {
    "tensor": lambda torch, a: torch.tensor(a),
    "tensor with gradient": lambda torch, a: torch.tensor(a.astype(float), requires_grad=True),
    "tensor of bfloat16": lambda torch, a: torch.tensor(a).to(torch.bfloat16),
    "tensor with the negative bit": lambda torch, a: torch._neg_view(torch.tensor(-a.astype(float))),
}


def results(y: Any, scores: Any, weights: Any) -> str:
    return repr(
        [
            vh.evaluate(y, logits=scores, sample_weight=weights, replications=19),
            vh.calibrate(scores, y, "platt", scores="logits", sample_weight=weights),
            vh.calibration.decide(
                y, scores, false_positive=1.0, false_negative=3.0, scores_are="logits", sample_weight=weights
            ),
        ]
    )


@pytest.mark.parametrize("name", [*CONTAINERS, *TENSORS])
def test_containers(name: str) -> None:
    if name in TENSORS:
        torch = pytest.importorskip("torch")
        held = [TENSORS[name](torch, array) for array in (Y, Z, W)]
    else:
        held = [CONTAINERS[name](array) for array in (Y, Z, W)]
    assert results(*held) == results(Y, Z, W)


NO_NUMBERS: dict[str, Any] = {
    "masked": np.ma.array(Z, mask=Z > 1.0),
    "complex": Z + 0j,
    "text": Z.astype(str),
    "bytes": Z.astype("S"),
    "text in objects": Z.astype(str).astype(object),
    "dates": np.arange(60).astype("M8[s]"),
    "durations": np.arange(60).astype("m8[s]"),
    "None": np.array([None] * 60, dtype=object),
    "NA": pd.Series([pd.NA] * 60, dtype="Int64"),
    "records": np.zeros(60, dtype=[("a", "f8")]),
    "whole numbers beyond doubles": [10**400] * 60,
    "a dict": {"a": 1},
    "a generator": (value for value in Z),
    "some text among objects": np.array([decimal.Decimal("0.5")] * 59 + ["0.5"], dtype=object),
}


@pytest.mark.parametrize("name", NO_NUMBERS)
@pytest.mark.parametrize("role", ["y", "scores", "sample_weight"])
def test_what_are_no_numbers(role: str, name: str) -> None:
    given = {"y": Y, "scores": Z, "sample_weight": W} | {role: NO_NUMBERS[name]}
    with pytest.raises(ValueError, match=rf"{role} (must be|must have|is missing|contains|is empty)"):
        results(given["y"], given["scores"], given["sample_weight"])


RAGGED = [[1.0], [1.0, 2.0]]
LABELS = {"lists": RAGGED, "records": np.zeros(60, dtype=[("a", "f8")])}


@pytest.mark.parametrize("name", LABELS)
def test_labels_of_rows_that_are_none(name: str) -> None:
    fit = vh.regression.fit(Z[:, None], Y)
    uses: dict[str, Callable[[], Any]] = {
        "by": lambda: vh.evaluate(Y, logits=Z, by=LABELS[name], replications=19),
        "groups": lambda: vh.calibrate(Z, Y, scores="logits", groups=LABELS[name]),
        "clusters": lambda: vh.regression.sandwich(fit, Z[:, None], Y, clusters=LABELS[name]),
    }
    for argument, use in uses.items():
        with pytest.raises(ValueError, match=rf"^{argument} must "):
            use()


def test_scores_that_are_lists_of_different_lengths() -> None:
    for use in (lambda: vh.evaluate(Y, logits=RAGGED), lambda: vh.calibrate(RAGGED, Y, method="platt")):
        with pytest.raises(ValueError, match="lists of lists must have rows of one length"):
            use()


@pytest.mark.parametrize("method", ["Platt", "Temperature", "Beta", "Isotonic"])
def test_arrays_that_run_backwards(method: str) -> None:
    make = getattr(vh.calibration, method)
    plain = make(scores="logits").fit(Z, Y, W).transform(Z)
    backwards = [np.ascontiguousarray(values[::-1])[::-1] for values in (Z, Y, W)]
    np.testing.assert_array_equal(make(scores="logits").fit(*backwards).transform(Z), plain)


def test_an_arrow_table_of_scores_names_the_classes() -> None:
    scores = np.column_stack([Z, -Z, 0.5 * Z])
    classes = np.array(["b", "c", "a"])[np.arange(60) % 3]
    frame = pd.DataFrame(scores, columns=["b", "c", "a"])
    found = [vh.evaluate(classes, logits=given, replications=19) for given in (frame, pa.Table.from_pandas(frame))]
    for one in found:
        assert [each.label for each in one.classes] == ["b", "c", "a"]
    assert found[1].log_loss.value == pytest.approx(found[0].log_loss.value, rel=1e-12)


class LabelledScores(pd.Series):
    """A kind of Series that another package defines."""


def test_subclasses_of_series_keep_their_labels() -> None:
    scores, outcomes = LabelledScores(Z), LabelledScores(Y, index=range(60))
    assert repr(vh.evaluate(outcomes, logits=scores)) == repr(vh.evaluate(Y, logits=Z))
    for series in (pd.Series, LabelledScores):
        with pytest.raises(ValueError, match=r"order"):
            vh.evaluate(series(Y[::-1], index=range(59, -1, -1)), logits=scores)
    loss = vh.binary_cross_entropy(scores, LabelledScores(Y[::-1], index=range(59, -1, -1)))
    np.testing.assert_array_equal(loss.loc[range(60)], vh.binary_cross_entropy(Z, Y))
