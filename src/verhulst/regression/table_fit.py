"""Logistic regression of tables: a fitted model that predicts for files and frames, without scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from verhulst._options import checks_options
from verhulst.data.column import Unknown
from verhulst.data.design import Design
from verhulst.data.design_file import design_of, design_record
from verhulst.data.design_of_formula import FormulaDesign
from verhulst.data.in_memory import is_dask_collection
from verhulst.data.schema import DamagedError, Maybe, Record, path
from verhulst.functions import sigmoid
from verhulst.regression.dask_predictions import lazily
from verhulst.regression.fit_file import FIT_1, FIT_2, with_states, without_penalty
from verhulst.regression.held_out import HeldOut
from verhulst.regression.inference import probability_interval
from verhulst.regression.result import LogisticFit
from verhulst.regression.statistics import Matrix, Vector
from verhulst.regression.table_answers import TableAnswers
from verhulst.regression.totals import Totals, with_cells

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, eq=False)
class TableFit(TableAnswers):
    """A logistic regression that was fitted on a table. Made by `fit_table` and `fit_formula`.

    Attributes
    ----------
    design : Design or FormulaDesign
        How the columns of a table become those of X.
    fit : LogisticFit
        Coefficients, covariance, log-likelihood and details of the fit.
    totals : Totals
        Totals of the rows of the fit, for reports.
    held_out : HeldOut or None
        Predictions for rows that were not in their fit, if `cv` or `test` was given: `vh.evaluate(model.held_out)`.
    """

    design: Design | FormulaDesign
    fit: LogisticFit
    totals: Totals
    held_out: HeldOut | None = None

    _kind: ClassVar[str] = "logistic regression"
    _schema_version: ClassVar[int] = 3

    @staticmethod
    def _check(record: dict[str, Any], at: str) -> None:
        if (record["design"] is None) == (record["formula"] is None):
            raise DamagedError(path(at, "design"), "or formula must be there, and the other null")
        where = "design" if record["design"] is not None else "formula"
        target = record[where]["target"]
        if target is None or len(target["levels"]) != 2:
            raise DamagedError(path(at, f"{where}.target"), "must have two levels")

    _SCHEMA: ClassVar[Record] = Record(
        {
            "design": Maybe(Design.SCHEMA),
            "formula": Maybe(FormulaDesign.SCHEMA),
            "fit": LogisticFit.SCHEMA,
            "totals": Totals.SCHEMA,
            "held_out": Maybe(HeldOut.SCHEMA),
        },
        optional=("held_out",),
        rule=_check,
    )
    _SCHEMA_2: ClassVar[Record] = replace(_SCHEMA, fields={**_SCHEMA.fields, "fit": FIT_2})
    _SCHEMA_1: ClassVar[Record] = replace(_SCHEMA, fields={**_SCHEMA.fields, "fit": FIT_1, "totals": Totals.SCHEMA_1})

    @classmethod
    def schema(cls) -> Record:
        """See `Saved`."""
        return cls._SCHEMA

    @staticmethod
    def _from_1(record: dict[str, Any]) -> dict[str, Any]:
        TableFit._SCHEMA_1.check(record, "", {})
        return record | {"fit": with_states(record["fit"]), "totals": with_cells(record["totals"])}

    @staticmethod
    def _from_2(record: dict[str, Any]) -> dict[str, Any]:
        TableFit._SCHEMA_2.check(record, "", {})
        return record | {"fit": without_penalty(record["fit"])}

    _upgrades: ClassVar = {1: _from_1, 2: _from_2}

    @checks_options
    def log_odds(
        self, source: Any, *, missing: Literal["error", "nan"] = "error", unknown: Unknown = "error", first_row: int = 1
    ) -> Vector:
        """Return the log-odds of outcome 1 for the rows of a table, shape (n,).

        Parameters
        ----------
        source : anything that `vh.data.read_table` reads
            The table. For a Dask DataFrame the result is a lazy Dask Series with its index.
        missing : {"error", "nan"}
            Whether rows with missing values are an error, or nan.
        unknown : {"error", "nan", "reference"}
            Whether rows with a level that was not there at the fit are an error, nan, or predicted as rows with the
            reference level; a warning counts them.
        first_row : int
            The number of the first row, for messages.

        Raises
        ------
        DataError
            If the table has other columns than in the fit, unknown levels, infinities or missing values.
        """
        if is_dask_collection(source):
            return lazily(source, ["log_odds"], self.log_odds, missing=missing, unknown=unknown)["log_odds"]  # type: ignore[no-any-return]
        return self.fit.log_odds(*self._matrix(source, missing, first_row, unknown))

    @checks_options
    def predict_proba(
        self, source: Any, *, missing: Literal["error", "nan"] = "error", unknown: Unknown = "error"
    ) -> Matrix:
        """Return probabilities of outcome 0 and outcome 1 for the rows of a table, shape (n, 2).

        Options are those of `log_odds`.
        For a Dask DataFrame the result is a lazy one with columns 0 and 1.
        """
        if is_dask_collection(source):
            return lazily(source, [0, 1], self.predict_proba, missing=missing, unknown=unknown)  # type: ignore[no-any-return]
        z = self.log_odds(source, missing=missing, unknown=unknown)
        return np.column_stack([sigmoid(-z), sigmoid(z)])

    @checks_options
    def predict(
        self,
        source: Any,
        threshold: float = 0.5,
        *,
        missing: Literal["error", "nan"] = "error",
        unknown: Unknown = "error",
    ) -> NDArray[Any]:
        """Return a value of the target for each row of a table: that which counts as 1 if its probability reaches this.

        Parameters
        ----------
        source : anything that `vh.data.read_table` reads
            The table.
        threshold : float
            The least probability for it, from 0 to 1. `vh.calibration.cost_threshold` finds it from costs.
        missing : {"error", "nan"}
            Whether rows with missing values are an error, or have the value None.
        unknown : {"error", "nan", "reference"}
            Likewise for levels that were not there at the fit, as for `log_odds`.

        Raises
        ------
        ValueError
            If the threshold does not lie between 0 and 1, or as `log_odds`.
        """
        if not 0.0 <= threshold <= 1.0:
            raise ValueError(f"threshold is a probability, between 0 and 1, not {threshold!r}")
        assert self.design.target is not None
        p = np.asarray(self.predict_proba(source, missing=missing, unknown=unknown))[:, 1]
        found: NDArray[Any] = self.design.target.labels()[(p >= threshold).astype(np.intp)]
        if np.isnan(p).any():
            found = found.astype(object)
            found[np.isnan(p)] = None
        return found

    @checks_options
    def predict_interval(
        self,
        source: Any,
        level: float = 0.95,
        *,
        missing: Literal["error", "nan"] = "error",
        unknown: Unknown = "error",
        first_row: int = 1,
    ) -> tuple[Vector, Vector]:
        """Return the ends of Wald intervals for the probability of outcome 1, each of shape (n,).

        The intervals are for the probability, not for outcomes; see `verhulst.regression.probability_interval`. For a
        Dask DataFrame the ends are lazy Dask Series.
        """
        if is_dask_collection(source):
            more = {"level": level, "missing": missing, "unknown": unknown}
            both = lazily(source, ["lower", "upper"], self.predict_interval, **more)
            return both["lower"], both["upper"]
        X, offset = self._matrix(source, missing, first_row, unknown)
        return probability_interval(self.fit, X, level, offset)

    def __repr__(self) -> str:
        target = self.design.target
        outcome = f"{target.name} = {target.positive}" if target else "y = 1"
        state = "" if self.fit.converged else ", NOT converged"
        return f"<TableFit of {outcome} from {len(self.fit.names)} columns, {self.fit.rows:,} rows{state}>"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def to_json(self) -> dict[str, Any]:
        """See `Saved`."""
        own = {"fit": self.fit.to_json(), "totals": self.totals.to_json()}
        held_out = {} if self.held_out is None else {"held_out": self.held_out.to_json()}
        return design_record(self.design) | own | held_out

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> TableFit:
        """Return the model in such data: the inverse of `to_json`."""
        fit = LogisticFit.from_json(record["fit"])
        design = design_of(record, fit.names)
        held_out = record.get("held_out")
        return cls(design, fit, Totals.from_json(record["totals"]), held_out and HeldOut.from_json(held_out))

    def _matrix(
        self, source: Any, missing: Literal["error", "nan"], first_row: int, unknown: Unknown
    ) -> tuple[Matrix, Vector | None]:
        table = self.design.read_new(source)
        X = self.design.matrix(table, missing=missing, first_row=first_row, unknown=unknown)
        return X, self.design.offset_values(table, first_row=first_row, missing=missing)
