"""What `fit` returns: the estimates, and the tables that are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verhulst.regression.estimates import Estimates
from verhulst.regression.inference import odds_ratios
from verhulst.regression.parameters import ParameterTable
from verhulst.regression.summary import Summary, summary


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit(Estimates):
    """A fitted logistic regression; its attributes are those of `verhulst.regression.estimates.Estimates`."""

    def odds_ratios(self, level: float = 0.95) -> ParameterTable:
        """Odds ratios of the columns with Wald intervals; see `verhulst.regression.odds_ratios` for other intervals."""
        return odds_ratios(self, level)

    def summary(self, level: float = 0.95, **options: Any) -> Summary:
        """Everything about the fit, as text and HTML; options are those of `verhulst.regression.summary.summary`."""
        return summary(self, level, **options)
