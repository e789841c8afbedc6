"""Exact logistic regression: `LogisticRegression`, `fit` and what stands behind them."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "LogisticFit": "verhulst.regression.result",
        "TableFit": "verhulst.regression.table_fit",
        "Separation": "verhulst.regression.separation",
        "SeparationWarning": "verhulst.regression.separation",
        "fit": "verhulst.regression.fitting",
        "fit_firth": "verhulst.regression.firth",
        "fit_formula": "verhulst.regression.table_fit",
        "likelihood_ratio_tests": "verhulst.regression.profile",
        "profile_intervals": "verhulst.regression.profile",
        "fit_table": "verhulst.regression.table_fit",
    },
)
