"""Exact logistic regression: `LogisticRegression`, `fit` and what stands behind them."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "LogisticFit": "verhulst.regression.result",
        "fit": "verhulst.regression.fitting",
    },
)
