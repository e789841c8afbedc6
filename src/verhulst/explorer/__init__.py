"""The sigmoid explorer: one self-contained HTML page."""

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "Explorer": "verhulst.explorer.assembly",
        "explore": "verhulst.explorer.assembly",
        "page": "verhulst.explorer.assembly",
    },
)
