"""What `verhulst fit` says of a fit as a whole, of two classes or more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from verhulst._numbers import counted, number, typeset

if TYPE_CHECKING:
    from verhulst.regression.inference import ModelTest
    from verhulst.regression.multinomial_fit import MultinomialFit
    from verhulst.regression.result import LogisticFit
    from verhulst.report.cautions import Caution


def footline(fit: LogisticFit | MultinomialFit, test: ModelTest) -> str:
    """Return a line on the likelihood, and on how near the maximum is."""
    likelihood = f"McFadden R² {test.mcfadden:.3f}, log-likelihood {typeset(f'{fit.log_likelihood:.3f}')}"
    found = f"within {number(fit.decrement)} standard errors of the maximum" if fit.converged else "NOT at the maximum"
    if fit.separation is not None:
        complete = fit.separation.kind == "complete"
        likelihood = "log-likelihood tends to 0" if complete else f"in the limit {likelihood}"
        found = "no maximum: the outcomes are separated"
    return f"{likelihood}; {counted(len(fit.passes), 'pass')}, {found}"


def record_of_fit(fit: LogisticFit | MultinomialFit, test: ModelTest, cautions: Sequence[Caution]) -> dict[str, Any]:
    """Return the entries for --json that fits of two classes and of more have."""
    complete = fit.separation is not None and fit.separation.kind == "complete"
    return {
        "log_likelihood": fit.log_likelihood,
        "null_log_likelihood": fit.null_log_likelihood,
        "mcfadden_r2": None if complete else test.mcfadden,
        "penalty": fit.penalty,
        "C": fit.C if fit.penalty == "l2" else None,
        "has_maximum": fit.separation is None,
        "converged": fit.converged,
        "decrement": fit.decrement,
        "passes": len(fit.passes),
        "separation": fit.separation.kind if fit.separation else None,
        "separation_reasons": list(fit.separation.reasons) if fit.separation else [],
        "cautions": [{"matter": caution.matter, "remedy": caution.remedy} for caution in cautions],
    }
