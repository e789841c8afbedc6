"""The beginning of every fit: standardised rows, the null model, a start, a first pass, and columns left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from verhulst.data.progress import Callback
from verhulst.regression.checkpoint import Checkpoint
from verhulst.regression.collinearity import Collinear, left_out, without_dependent
from verhulst.regression.factor import Factor, with_ridge
from verhulst.regression.monitor import Monitor, monitor
from verhulst.regression.newton import once
from verhulst.regression.observations import require_moderate
from verhulst.regression.parted_observations import SomeObservations
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.standardisation import Standardisation
from verhulst.regression.start import Outcomes, sample_start
from verhulst.regression.statistics import Statistics, StatisticsFunction, Vector
from verhulst.regression.together import Asking, Question, alone

DOUBTFUL = 1e-8  # residual share of a column on the others below which it may be their combination


@dataclass(frozen=True, slots=True)
class Settings:
    """The arguments of `verhulst.regression.fit`, and what is told of each pass."""

    C: float
    firth: bool
    intercept: bool
    collinear: Literal["drop", "error"]
    tolerance: float
    max_passes: int
    verbose: int
    callback: Callback | None = None
    checkpoint: Checkpoint | None = None

    def monitor(self, rows: int, watch: Monitor | None = None) -> Monitor | None:
        """Return the watch, which also tells of each pass over so many rows."""
        return monitor(rows, self.tolerance, self.verbose, self.callback, watch)

    def recorded(self, statistics: StatisticsFunction) -> StatisticsFunction:
        """Return a function that answers as `statistics` does, and keeps what it answers in the checkpoint."""
        return statistics if self.checkpoint is None else self.checkpoint.recorded(statistics)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Data that are ready for Newton's method.

    Attributes
    ----------
    data, settings : as given, checked
    standard, rows : the centres and scales (0 for columns left out), and the data standardised by them
    root, ridge : of the penalty on the slopes as given; (q,) for those columns; or None
    null, null_log_likelihood : (q,) the model with only the intercept and the offset
    start, first : (q,) the starting point, and the statistics there
    factor : of the information at the start and the ridge, before columns were left out
    sampled : whether `factor` is estimated from a sample, as is the start; `first` then has no matrix
    dropped : the columns left out
    """

    data: SomeObservations
    settings: Settings
    standard: Standardisation
    rows: SomeRows
    root: float | None
    ridge: Vector | None
    null: Vector
    null_log_likelihood: float
    start: Vector
    first: Statistics
    factor: Factor
    sampled: bool
    dropped: tuple[Collinear, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether some column is nearly a combination of others."""
        root = self.factor.root
        return not self.factor.full or (len(root) > 0 and float(root.diagonal().min()) ** 2 < DOUBTFUL)

    @property
    def tells_apart(self) -> bool:
        """Whether the information at the start determines all columns that were not left out."""
        assert self.first.information is not None
        return Factor.of(self.first.information).full

    def seen_by(self, standard: Standardisation) -> Prepared:
        """Return the same with other centres and scales, starting from the null model or, for Firth, the same start."""
        start = self.null if self.sampled else self.start
        rows = self.data.rows(standard)
        first = self.settings.recorded(rows.statistics)(start)
        return replace(self, standard=standard, rows=rows, start=start, first=first, sampled=False)


def prepare(data: SomeObservations, settings: Settings) -> Prepared:
    """Return data that are ready, by themselves; see `preparing`."""
    return alone(preparing(data, settings), settings.recorded)


def preparing(data: SomeObservations, settings: Settings, root: float | None = None) -> Asking[Prepared]:
    """Standardise, find the null model and a start, make a first pass, and leave out dependent columns.

    Parameters
    ----------
    data : no more columns than rows of positive weight
    root : of the ridge, for the weights as they are in `data`; then no column is left out. None without a ridge

    Raises
    ------
    ValueError
        For values that are not finite, sums that overflow, and dependent columns if they are an error.
    """
    firth, standard = settings.firth, data.standardisation(settings.intercept)
    if root is not None:
        standard = standard.under_penalty(root, data.total_weight)
    rows, ridge = data.rows(standard), None if root is None else standard.ridge(root)
    intercept = data.null_intercept() if settings.intercept else 0.0
    height = data.null_log_likelihood(intercept)
    null = np.zeros(rows.size)
    start, near = null, None
    if settings.intercept:
        null[0] = intercept
    if firth:
        start = np.zeros(rows.size)
        if settings.intercept:
            start[0] = Outcomes(data.outcomes.ones + 0.5, data.outcomes.zeros + 0.5).log_odds
    elif (near := sample_start(rows, null, ridge)) is not None:
        start = near[0]
    first = yield Question(rows, once(start, near is None))
    if not (np.isfinite(first.log_likelihood) and np.isfinite(first.row_norm)):
        data.require_finite()
        require_moderate(np.array([first.log_likelihood, first.row_norm]))
    information = first.information if near is None else near[1]
    assert information is not None
    factor = Factor.of(with_ridge(information, ridge))
    begun = Prepared(data, settings, standard, rows, root, ridge, null, height, start, first, factor, near is not None)
    suspected = not factor.full if firth else begun.doubtful
    if root is None and (suspected or not np.all(standard.inverse_scale > 0)):
        standard, dropped = without_dependent(rows, standard, data.names)
        left_out(dropped, settings.collinear, data)
        begun = replace(begun.seen_by(standard), dropped=dropped)
    return begun
