"""The record of an evaluation of K classes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from html import escape
from typing import Any, Self

import numpy as np

from verhulst._numbers import count
from verhulst._options import checks_options
from verhulst.calibration.calibration_error import Nulled
from verhulst.calibration.class_verdict import ClassVerdict, class_verdict
from verhulst.calibration.estimate import Estimate
from verhulst.calibration.explanations import CLASS_EXPLANATIONS, measures_as_lines

# Tables of more classes are not printed.
MOST_PRINTED = 30


@dataclass(frozen=True)
class ClassMeasures:
    """Measures of one class against all others.

    Attributes
    ----------
    label : str, int, float or bool
        The class.
    n, n_predicted, n_right : float
        Numbers of cases: of this class, of those for which its probability is the highest, and of those that are both.
    mean_probability : float
        The mean of its probabilities.
    roc_auc : Estimate
        Computed from its log-odds.
    ece : Nulled
        Expected calibration error of its probabilities.
    """

    label: Any
    n: float
    n_predicted: float
    n_right: float
    mean_probability: float
    roc_auc: Estimate
    ece: Nulled

    @property
    def recall(self) -> float:
        """The share of the cases of this class for which its probability is the highest; nan if it has none."""
        return self.n_right / self.n if self.n else np.nan

    @property
    def precision(self) -> float:
        """The share of this class in the cases for which its probability is the highest; nan if there are none."""
        return self.n_right / self.n_predicted if self.n_predicted else np.nan


@dataclass(frozen=True)
class ClassEvaluation:
    """Measures of probabilities of K classes against outcomes.

    Measures that are not defined for the cases, such as the ROC-AUC of a class without cases, are nan and have a
    `reason`.

    Attributes
    ----------
    n : float
        The number of cases (the sum of weights).
    log_loss, brier, accuracy : Estimate
        Means of −log p of the class of each row, of Σₖ (yₖ − pₖ)² (0 to 2, twice the Brier score of two classes), and
        of whether the highest probability is that of the class.
    base_log_loss, base_brier, base_accuracy : float
        The same for the shares of the classes in these rows, given to every row.
    confidence : float
        The mean of the highest probability of each row; it equals the accuracy on average if probabilities are right.
    roc_auc : Estimate
        The mean over classes of the ROC-AUC of each against the others.
    top_label_ece : Nulled
        Expected calibration error of the highest probability of each row.
    class_wise_ece : Nulled
        The mean over classes of the expected calibration error of each.
    classes : tuple of ClassMeasures
        Measures of each class.
    confusion : tuple of tuple of float
        Numbers of cases by class (first index) and class of the highest probability (second index).
    groups : mapping of str to ClassEvaluation
        The same record for each value of `by`.
    cautions : tuple of str
        Reasons why the numbers may not mean what they seem to.
    """

    n: float
    log_loss: Estimate
    base_log_loss: float
    brier: Estimate
    base_brier: float
    accuracy: Estimate
    base_accuracy: float
    confidence: float
    roc_auc: Estimate
    top_label_ece: Nulled
    class_wise_ece: Nulled
    classes: tuple[ClassMeasures, ...]
    confusion: tuple[tuple[float, ...], ...]
    groups: Mapping[str, ClassEvaluation]
    cautions: tuple[str, ...] = ()

    @property
    def verdict(self) -> ClassVerdict:
        """What the measures say, in sentences."""
        errors = self.top_label_ece, self.class_wise_ece
        return class_verdict(
            self.n, self.log_loss, self.base_log_loss, self.accuracy, self.confidence, errors, self.classes
        )

    def rows(self) -> list[tuple[str, str]]:
        """Return the lines of the printed record above its tables: name and text."""
        lines = [
            ("cases", f"{self.n:.10g} of {len(self.classes)} classes"),
            ("log-loss", f"{self.log_loss!r}; base rates: {self.base_log_loss:.5g}"),
            ("Brier score", f"{self.brier!r}; base rates: {self.base_brier:.5g}"),
            ("accuracy", f"{self.accuracy!r}; most frequent class: {self.base_accuracy:.5g}"),
            ("mean top probability", f"{self.confidence:.5g}"),
            ("ROC-AUC, mean", repr(self.roc_auc)),
            ("top-label ECE", repr(self.top_label_ece)),
            ("class-wise ECE", repr(self.class_wise_ece)),
        ]
        for name, group in self.groups.items():
            text = f"n {group.n:.10g}, log-loss {group.log_loss.value:.5g}, accuracy {group.accuracy.value:.5g}"
            ece = group.top_label_ece
            lines.append((f"group {name}", f"{text}, ECE {ece.value:.4g} (null {ece.null_mean:.4g}; {ece.p_text})"))
        lines.extend(("CAUTION", caution) for caution in self.cautions)
        return lines

    def tables(self) -> tuple[list[list[str]], list[list[str]]]:
        """Return the measures of the classes, and the confusion table, as rows of cells under a heading."""
        heads = ["class", "cases", "mean p", "share", "ROC-AUC", "ECE", "null", "p", "recall", "precision"]
        labels = [str(each.label) for each in self.classes]
        rows = zip(labels, self.confusion, strict=True)
        return (
            [heads, *([str(each.label), *self._cells(each)] for each in self.classes)],
            [["class \\ highest p", *labels], *([name, *map(count, row)] for name, row in rows)],
        )

    def _cells(self, each: ClassMeasures) -> list[str]:
        ece = each.ece
        shares = [each.mean_probability, each.n / self.n, each.roc_auc.value]
        errors = [ece.value, ece.null_mean]
        ends = [
            ece.p_text.removeprefix("p ").removeprefix("= "),
            *(f"{share:.3f}" for share in (each.recall, each.precision)),
        ]
        cells = [count(each.n), *(f"{share:.4f}" for share in shares), *(f"{error:.4g}" for error in errors), *ends]
        return [cell.replace("nan", "-") for cell in cells]

    def __repr__(self) -> str:
        said = (part for line in self.verdict.lines() for part in textwrap.wrap(line, 100, break_on_hyphens=False))
        return "\n".join([*said, "", *self.lines()])

    @checks_options
    def lines(self, *, explained: bool = False) -> list[str]:
        """Return the measures as lines of text, if wanted each with a sentence that explains it, and the tables."""
        found = measures_as_lines(self.rows(), CLASS_EXPLANATIONS, explained)
        if len(self.classes) <= MOST_PRINTED:
            for table in self.tables():
                found += ["", *_aligned(table)]
        return found

    def _repr_html_(self) -> str:
        lines = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in self.rows())
        parts = [f"<p>{escape(' '.join(self.verdict.lines()))}</p><table>{lines}</table>"]
        if len(self.classes) <= MOST_PRINTED:
            parts += map(_html_table, self.tables())
        return "".join(parts)

    def to_json(self) -> dict[str, Any]:
        """Return all numbers as plain data, for JSON: see `from_json`."""
        plain: dict[str, Any] = _listed(asdict(self))
        return plain

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Return the record in such data: the inverse of `to_json`; null stands for nan.

        Raises
        ------
        ValueError
            If a field is missing, or there are others.
        """
        given = dict(record)
        if set(given) != {field.name for field in fields(cls)}:
            odd = sorted(set(given) ^ {field.name for field in fields(cls)})
            raise ValueError(f"these are not the fields of an evaluation of classes: {', '.join(odd)}")
        for name in ("log_loss", "brier", "accuracy", "roc_auc"):
            given[name] = _restored(Estimate, given[name])
        for name in ("top_label_ece", "class_wise_ece"):
            given[name] = _restored(Nulled, given[name])
        given["classes"] = tuple(
            _restored(
                ClassMeasures,
                each | {"roc_auc": _restored(Estimate, each["roc_auc"]), "ece": _restored(Nulled, each["ece"])},
            )
            for each in given["classes"]
        )
        given["confusion"] = tuple(tuple(row) for row in given["confusion"])
        given["groups"] = {name: cls.from_json(group) for name, group in given["groups"].items()}
        given["cautions"] = tuple(given["cautions"])
        return cls(**given)


def _listed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _restored(kind: Any, record: Mapping[str, Any]) -> Any:
    return kind(**{key: np.nan if value is None and key != "reason" else value for key, value in record.items()})


def _aligned(table: list[list[str]]) -> list[str]:
    """Return rows of cells as lines of text, the first column on the left, the others on the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = (
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in table)
    )
    return [line.rstrip() for line in lines]


def _html_table(table: list[list[str]]) -> str:
    head, *rows = table
    heads = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, *cells in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
