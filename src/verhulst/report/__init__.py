"""One self-contained HTML file for a fitted model. `vh.report(model, path)` writes it."""

import sys
from types import ModuleType
from typing import Any

from verhulst._lazy import lazy_names

__getattr__, __all__ = lazy_names(
    __name__,
    {
        "Contents": "verhulst.report.contents",
        "contents_of": "verhulst.report.contents",
        "report": "verhulst.report.write",
    },
)


class _Room(ModuleType):
    """A package that can be called like its one function, so that `vh.report` works whichever of the two it finds."""

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self.report(*arguments, **named)


sys.modules[__name__].__class__ = _Room
