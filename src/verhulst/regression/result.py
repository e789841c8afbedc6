"""The result of `fit`: the estimates, with methods for tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verhulst._options import checks_options
from verhulst.regression.estimates import Estimates
from verhulst.regression.inference import odds_ratios
from verhulst.regression.parameters import ParameterTable
from verhulst.regression.summary import Summary, summary


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit(Estimates):
    """A fitted logistic regression; its attributes are those of `verhulst.regression.estimates.Estimates`."""

    @checks_options
    def odds_ratios(self, level: float = 0.95) -> ParameterTable:
        """Return odds ratios of the columns with Wald intervals; see `verhulst.regression.odds_ratios` for others."""
        return odds_ratios(self, level)

    @checks_options
    def summary(self, level: float = 0.95, **options: Any) -> Summary:
        """Return a summary of the fit, as text and HTML; options are those of `verhulst.regression.summary.summary`."""
        return summary(self, level, **options)
