"""Exact logistic regression: `LogisticRegression`, `fit` and what stands behind them."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "LogisticFit": "verhulst.regression.result",
        "TableFit": "verhulst.regression.table_fit",
        "fit": "verhulst.regression.fitting",
        "fit_formula": "verhulst.regression.table_fit",
        "fit_table": "verhulst.regression.table_fit",
    },
)
