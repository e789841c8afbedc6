"""Logistic regression: `LogisticRegression`, `fit`, tables, inference."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "CollinearWarning": "verhulst.regression.collinearity",
        "ConvergenceWarning": "verhulst.regression.estimates",
        "LogisticFit": "verhulst.regression.result",
        "LogisticRegression": "verhulst.regression.estimator",
        "LogisticRegressionCV": "verhulst.regression.estimator_cv",
        "MultinomialFit": "verhulst.regression.multinomial_fit",
        "MultinomialTableFit": "verhulst.regression.table_classes",
        "Separation": "verhulst.regression.separation",
        "SeparationWarning": "verhulst.regression.separation",
        "TableFit": "verhulst.regression.table_fit",
        "compare_fits": "verhulst.regression.comparison_of_fits",
        "fit": "verhulst.regression.fitting",
        "fit_firth": "verhulst.regression.firth",
        "fit_formula": "verhulst.regression.fitting_tables",
        "fit_multinomial": "verhulst.regression.multinomial",
        "fit_table": "verhulst.regression.fitting_tables",
        "joint_test": "verhulst.regression.joint_tests",
        "likelihood_ratio_tests": "verhulst.regression.profile",
        "marginal_effects": "verhulst.regression.average_effects",
        "odds_ratios": "verhulst.regression.inference",
        "predict_table": "verhulst.regression.table_predictions",
        "probability_interval": "verhulst.regression.inference",
        "profile_intervals": "verhulst.regression.profile",
        "sandwich": "verhulst.regression.robust",
        "wald": "verhulst.regression.inference",
    },
)
