"""Multinomial logistic regression of tables: a fitted model that predicts classes for files and frames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst._options import checks_options
from verhulst.data.block import Block, make_block
from verhulst.data.column import Unknown
from verhulst.data.column_values import label
from verhulst.data.design import Design
from verhulst.data.design_file import design_of, design_record
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.in_memory import is_dask_collection
from verhulst.data.progress import Callback
from verhulst.data.saved import Saved
from verhulst.data.schema import DamagedError, Maybe, Record, path
from verhulst.data.source import source_of
from verhulst.data.target import Target, values_of_classes
from verhulst.functions import softmax
from verhulst.regression.checkpoint import Checkpoint
from verhulst.regression.class_held_out import HeldOutClasses, classes_of_table
from verhulst.regression.class_totals import ClassTotals
from verhulst.regression.classes import Classes, labels_of
from verhulst.regression.dask_predictions import lazily
from verhulst.regression.former_arguments import refuse_others
from verhulst.regression.held_out import block_of_test
from verhulst.regression.multinomial import fit_classes
from verhulst.regression.multinomial_fit import MultinomialFit, MultinomialSummary
from verhulst.regression.parameters import ParameterTable
from verhulst.regression.statistics import Matrix

ARGUMENTS = ("C", "intercept", "collinear", "tolerance", "max_passes", "verbose")


@dataclass(frozen=True, eq=False)
class MultinomialTableFit(Saved):
    """A multinomial regression that was fitted on a table. Made by `fit_table` and `fit_formula`.

    Attributes
    ----------
    design : Design or FormulaDesign
        How the columns of a table become those of X, and the classes of its target.
    fit : MultinomialFit
        Coefficients against the first class, covariance, log-likelihood and details of the fit.
    totals : ClassTotals
        Totals of the rows of the fit, for reports.
    held_out : HeldOutClasses or None
        Predictions for rows that were not in their fit, if `cv` or `test` was given: `vh.evaluate(model.held_out)`.
        Model files do not contain it.
    """

    design: Design | FormulaDesign
    fit: MultinomialFit
    totals: ClassTotals
    held_out: HeldOutClasses | None = None

    _kind: ClassVar[str] = "multinomial regression of a table"
    _schema_version: ClassVar[int] = 1

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        if (record["design"] is None) == (record["formula"] is None):
            raise DamagedError(path(at, "design"), "or formula must be there, and the other null")
        where = "design" if record["design"] is not None else "formula"
        target = record[where]["target"]
        if target is None or target["levels"] != list(map(label, record["fit"]["classes"])):
            raise DamagedError(path(at, f"{where}.target"), "is not that of fit.classes")
        if len(record["totals"]["confusion"]) != len(target["levels"]):
            raise DamagedError(path(at, "totals.confusion"), "is not that of the classes")
        if len(record["totals"]["present"]) != len(record["fit"]["names"]):
            raise DamagedError(path(at, "totals.present"), "is not that of fit.names")

    _SCHEMA: ClassVar[Record] = Record(
        {
            "design": Maybe(Design.SCHEMA),
            "formula": Maybe(FormulaDesign.SCHEMA),
            "fit": MultinomialFit.SCHEMA,
            "totals": ClassTotals.SCHEMA,
        },
        rule=_check,
    )

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        return cls._SCHEMA

    @property
    def classes(self) -> tuple[Any, ...]:
        """The classes, first the one that the others are compared with."""
        return self.fit.classes

    @checks_options
    def scores(
        self,
        source: Any,
        *,
        missing: Literal["error", "nan"] = "error",
        unknown: Unknown = "error",
        first_row: int = 1,
    ) -> Matrix:
        """Return the linear predictors of the rows of a table, (n, K); they sum to 0 over the classes.

        Parameters
        ----------
        source : anything that `vh.data.read_table` reads
            The table. For a Dask DataFrame the result is a lazy one, with a column for each class.
        missing : {"error", "nan"}
            Whether rows with missing values are an error, or nan.
        unknown : {"error", "nan", "reference"}
            What becomes of levels that were not there at the fit, as in `TableFit.log_odds`.
        first_row : int
            The number of the first row, for messages.

        Raises
        ------
        DataError
            If the table has other columns than in the fit, unknown levels, infinities or missing values.
        """
        if is_dask_collection(source):
            more = {"missing": missing, "unknown": unknown}
            return lazily(source, self.classes, self.scores, **more)  # type: ignore[no-any-return]
        X = self.design.matrix(self.design.read_new(source), missing=missing, first_row=first_row, unknown=unknown)
        scores = self.fit.scores(X)
        scores[np.isnan(X).any(axis=1)] = np.nan
        return scores

    @checks_options
    def predict_proba(
        self, source: Any, *, missing: Literal["error", "nan"] = "error", unknown: Unknown = "error"
    ) -> Matrix:
        """Return probabilities for the rows of a table, (n, K) in the order of `classes`; see `scores`."""
        if is_dask_collection(source):
            return lazily(source, self.classes, self.predict_proba, missing=missing, unknown=unknown)  # type: ignore[no-any-return]
        return np.asarray(softmax(self.scores(source, missing=missing, unknown=unknown), axis=1))

    @checks_options
    def predict(
        self, source: Any, *, missing: Literal["error", "nan"] = "error", unknown: Unknown = "error"
    ) -> NDArray[Any]:
        """Return the most probable class of each row, (n,); None where values are missing, if that is no error."""
        return self.most_probable(self.scores(source, missing=missing, unknown=unknown))

    def most_probable(self, scores: Matrix) -> NDArray[Any]:
        """Return the class with the largest score in each row of scores (n, K); None where they are nan."""
        found: NDArray[Any] = labels_of(self.classes)[np.argmax(scores, axis=1)]
        unknown = np.isnan(scores[:, 0])
        if unknown.any():
            found = found.astype(object)
            found[unknown] = None
        return found

    @checks_options
    def summary(self, level: float = 0.95, *, reference: Any = None) -> MultinomialSummary:
        """Return a summary of the fit, as text and HTML: a table for each class against the reference."""
        return self.fit.summary(level, reference=reference)

    @checks_options
    def odds_ratios(self, level: float = 0.95, *, reference: Any = None) -> dict[Any, ParameterTable]:
        """Return odds ratios of the columns with intervals: a table for each class but the reference."""
        return self.fit.odds_ratios(level, reference=reference)

    def test_on(self, source: Any) -> HeldOutClasses:
        """Return the predictions for the rows of another table with the target, for `vh.evaluate`.

        Rows with missing values and unknown levels as of `TableFit.test_on`.

        Raises
        ------
        DataError
            As `scores`, or if the target has another value.
        """
        table = self.design.read_new(source)
        block, unseen = block_of_test(self.design, table)
        return classes_of_table(block, self.fit, self.classes, source_of(table), table.num_rows, unseen)

    def confusion(self, source: Any) -> ClassTotals:
        """Return the totals of the rows of another table, which has the target: see `ClassTotals`."""
        block = make_block(self.design, self.design.read_new(source))
        return ClassTotals.of(block.X, block.y, self.fit, block.weights)

    def __repr__(self) -> str:
        assert self.design.target is not None
        state = "" if self.fit.converged else ", NOT converged"
        return (
            f"<MultinomialTableFit of {self.design.target.name} ({len(self.classes)} classes) from "
            f"{len(self.fit.names)} columns, {self.fit.rows:,} rows{state}>"
        )

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def to_json(self) -> dict[str, Any]:
        """See `Saved`."""
        return design_record(self.design) | {
            "fit": self.fit.to_json(),
            "totals": self.totals.to_json(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> MultinomialTableFit:
        """Return the model in such data: the inverse of `to_json`."""
        fit = MultinomialFit.from_json(record["fit"])
        design = design_of(record, fit.names)
        return cls(design, fit, ClassTotals.from_json(record["totals"]))


def fit_block(
    design: Design | FormulaDesign,
    block: Block,
    texts: bool,
    options: dict[str, Any],
    callback: Callback | None = None,
    checkpoint: Checkpoint | None = None,
) -> MultinomialTableFit:
    """Fit the rows of a design.

    Parameters
    ----------
    design, block
    texts : bool
        Whether the target is a column of text in a table with types, so that its classes are text whatever they look
        like.
    options : dict
        Those of `fit_multinomial`.
    callback : callable, optional
        Called with a `Progress` after each pass.
    checkpoint : Checkpoint, optional
        Keeps what the passes find.

    Raises
    ------
    ValueError
        For options that are for two classes only.
    """
    refuse_others({name: options[name] for name in options.keys() - {*ARGUMENTS, "firth"}}, "fit_table", ARGUMENTS)
    if options.pop("firth", False):
        raise ValueError("firth=True is for two classes: use a finite C")
    target = design.target
    assert isinstance(target, Target)
    names = target.levels if texts else values_of_classes(target.levels)
    if (far := next((one for one in names if one in (math.inf, -math.inf)), None)) is not None:
        raise ValueError(f"the target {target.name!r} must have finite numbers or text as classes, but one is {far}")
    classes = Classes(names, block.y.astype(np.int32))
    fit = fit_classes(
        block.X, classes, block.weights, names=design.names, callback=callback, checkpoint=checkpoint, **options
    )
    return MultinomialTableFit(design, fit, ClassTotals.of(block.X, block.y, fit, block.weights))
