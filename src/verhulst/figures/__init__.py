"""Figures: one function prepares the numbers, another draws them; global styles are not changed."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "FIGURES": "verhulst.figures.registry",
        "THEMES": "verhulst.figures.theme",
        "css_variables": "verhulst.figures.theme",
        "draw_forest": "verhulst.figures.forest",
        "draw_probability_by_outcome": "verhulst.figures.outcome",
        "draw_reliability": "verhulst.figures.reliability",
        "plot": "verhulst.figures.registry",
        "prepare": "verhulst.figures.registry",
        "prepare_forest": "verhulst.figures.forest",
        "prepare_probability_by_outcome": "verhulst.figures.outcome",
        "prepare_reliability": "verhulst.figures.reliability",
        "save": "verhulst.figures.registry",
        "to_svg": "verhulst.figures.svg",
    },
)
