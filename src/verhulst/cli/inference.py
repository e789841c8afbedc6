"""Options of `verhulst fit` for standard errors, intervals and average effects, and what they print."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from verhulst._numbers import coverage, number, p_value, percent

if TYPE_CHECKING:
    import pyarrow as pa

    from verhulst.regression.parameters import Parameter, ParameterTable
    from verhulst.regression.table_fit import TableFit
    from verhulst.regression.typical import PointEffects
    from verhulst.report.cautions import Caution
    from verhulst.report.effects import Effect, Errors

AT_HAND = 20_000_000  # numbers of a table, for effects in points that only a report asks for


def options(command: Any) -> Any:
    """Add the options, as the arguments `covariance`, `clusters`, `interval` and `effects`."""
    for option in (
        click.option("--effects", is_flag=True, help="Add average effects on the probability, in percentage points."),
        click.option(
            "--interval", type=click.Choice(["wald", "profile"]), default="wald",
            help="profile: intervals by the profile likelihood, for small samples.",
        ),
        click.option(
            "--clusters", metavar="COLUMN",
            help="A column of groups whose rows depend on each other; standard errors allow for it. It is not in X.",
        ),
        click.option(
            "--covariance", type=click.Choice(["HC0", "HC1"]),
            help="Standard errors that are robust to a misspecified model.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@dataclass(frozen=True)
class Asked:
    """What was asked for with the options."""

    covariance: str | None
    clusters: str | None
    interval: str
    effects: bool

    @property
    def rows(self) -> bool:
        """Whether the rows of the fit are needed."""
        return any(self.given().values())

    def check(self, C: float, firth: bool, on_cluster: bool) -> None:
        """Raise before the fit if a penalty, or a cluster of computers, does not go with an option."""
        penalty = "--firth" if firth else "--C" if math.isfinite(C) else None
        for option, there in self.given().items():
            if there and penalty and not (firth and option in ("--interval profile", "--effects")):
                raise click.UsageError(f"{option} is for fits without a penalty: leave {penalty} out.")
            if there and on_cluster:
                raise click.UsageError(f"{option} needs all rows in this process: leave --workers and --scheduler out.")

    def check_column(self, roles: dict[str, str | None]) -> None:
        """Raise if the column of clusters has another role."""
        for role, name in roles.items():
            if self.clusters is not None and name == self.clusters:
                raise click.UsageError(f"Column {name!r} cannot be the {role} and the clusters at once.")

    def given(self) -> dict[str, bool]:
        """The options, and whether each is given."""
        return {
            f"--covariance {self.covariance}": self.covariance is not None,
            "--clusters": self.clusters is not None,
            "--interval profile": self.interval == "profile",
            "--effects": self.effects,
        }

    def errors(self, model: TableFit, table: pa.Table, level: float) -> tuple[Errors | None, tuple[Caution, ...]]:
        """Return the standard errors and intervals that were asked for, None for those of the fit; and their cautions.

        Raises
        ------
        DataError
            If there are none: the outcomes are separated, labels of clusters are missing, or there is only one.
        """
        from verhulst.data.group_labels import labels_of_rows
        from verhulst.report.cautions import few_clusters
        from verhulst.report.effects import Errors

        if self.covariance is None and self.clusters is None and self.interval == "wald":
            return None, ()
        labels, tests = None, "Wald tests"
        cautions: tuple[Caution, ...] = ()
        if self.clusters is not None:
            labels = labels_of_rows(table, self.clusters, model.design.complete_rows(table))
            number_of_clusters = len(set(labels.tolist()))
            tests = f"standard errors by {number_of_clusters:,} clusters of {self.clusters!r}"
            cautions = few_clusters(number_of_clusters, self.clusters)
        elif self.covariance is not None:
            tests = f"robust standard errors ({self.covariance})"
        with _of_table(model):
            found = model.errors(table, level, interval=self.interval, covariance=self.covariance, clusters=labels)
        profile = self.interval == "profile"
        name = f"Intervals: profile likelihood. p: {tests}" if profile else f"Intervals and p: {tests}"
        return Errors(name, *found), cautions

    def points(
        self, model: TableFit, table: pa.Table, level: float, errors: Errors | None, for_report: bool
    ) -> PointEffects | None:
        """Return the effects in points if they were asked for; for a report also where they are at hand.

        Raises
        ------
        DataError
            If the outcomes are separated.
        """
        fit = model.fit
        at_hand = table is not None and 0 < table.num_rows * (len(fit.names) + 1) <= AT_HAND
        if not (self.effects or (for_report and at_hand and fit.separation is None and fit.penalty != "l2")):
            return None
        with _of_table(model):
            return model.effects_in_points(table, level, covariance=None if errors is None else errors.covariance)

    def record(self, points: PointEffects | None) -> dict[str, Any]:
        """Return the entries for --json."""
        record: dict[str, Any] = {
            "covariance": self.covariance or ("model" if self.clusters is None else "HC1"),
            "clusters": self.clusters,
            "interval": self.interval,
        }
        if points is None or not self.effects:
            return record
        return record | {
            "average_effects": _lines(points.average),
            "typical_row": points.row,
            "typical_probability": points.probability,
            "typical_effects": _lines(points.typical),
        }


def _lines(effects: ParameterTable) -> list[dict[str, Any]]:
    return [
        {
            "name": line.name,
            "effect": line.estimate if _known(line) else None,
            "standard_error": line.standard_error,
            "z": line.z,
            "p_value": line.p_value,
            "lower": line.lower,
            "upper": line.upper,
        }
        for line in effects
    ]


def print_points(points: PointEffects, outcome: str, effects: Sequence[Effect]) -> None:
    """Print effects in percentage points, as a table on standard output."""
    from verhulst.cli.console import show_prose, show_table
    from verhulst.report.effects import points_in_steps

    show_prose(
        f"Effects on the probability of {outcome}, in percentage points: of a level instead of the reference level, "
        "of 1 instead of 0, and per unit of a number or as many as are named; on average over the rows, and at a "
        "typical row:"
    )
    rows = [
        (
            line.name,
            _points(line.estimate),
            f"{_points(line.lower)} to {_points(line.upper)}",
            p_value(line.p_value),
            _points(there.estimate),
        )
        if _known(line)
        else (line.name, *"––––")
        for line, there in points_in_steps(points, effects)
    ]
    interval = f"{coverage(points.average.level)} interval"
    show_table(("column", "on average", interval, "p", "typical row"), rows)
    typical = ", ".join(f"{name} {value}" for name, value in points.row.items())
    show_prose(f"Typical row: {typical}; its probability is {percent(points.probability)}.")


def _known(line: Parameter) -> bool:
    """Whether a column has an effect: one that was left out of the fit has none."""
    return not math.isnan(line.standard_error)


def _points(share: float) -> str:
    return number(100 * share)


@contextmanager
def _of_table(model: TableFit) -> Iterator[None]:
    """Make errors of arrays those of the file, and notes of intervals that were not found; the rest was said before."""
    from verhulst.cli.console import reading_said
    from verhulst.data.errors import DataError
    from verhulst.regression.estimates import ConvergenceWarning

    try:
        with reading_said(ConvergenceWarning):
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("always", ConvergenceWarning)
            yield
    except DataError:
        raise
    except ValueError as error:
        raise DataError(f"{model.design.source or 'the table'}: {str(error).rstrip('.')}.") from None
