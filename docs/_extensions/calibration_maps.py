"""Sphinx extension: the calibration maps of the package, as their classes describe themselves.

`{maps}` in a page is a table of all maps, `{eval-rst}` with `.. map-classes::` the reference of each.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

from verhulst.calibration.maps import MAPS


class Maps(Directive):
    """A table: map, formula, and where it is the right one."""

    def run(self) -> list[nodes.Node]:
        """One row for each map."""
        rows = [(nodes.strong, ("map", "formula", "right where"))]
        rows += [(nodes.literal, (name, kind.formula, kind.right_where)) for name, kind in MAPS.items()]
        group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (15, 35, 50)), cols=3)
        head, body = nodes.thead(), nodes.tbody()
        for number, (first, cells) in enumerate(rows):
            row = nodes.row()
            for place, cell in enumerate(cells):
                text = first(text=cell) if place == 0 else nodes.Text(cell)
                row += nodes.entry("", nodes.paragraph("", "", text))
            (body if number else head).append(row)
        group += [head, body]
        return [nodes.table("", group)]


class MapClasses(Directive):
    """The class of each map, with the methods that it adds to those of every map."""

    def run(self) -> list[nodes.Node]:
        """What `autoclass` says of each."""
        lines = []
        for name, kind in MAPS.items():
            makers = [each for each, value in vars(kind).items() if each.startswith("from_")]
            members = [f"   :members: {', '.join(makers)}"] if makers else []
            lines += [f".. autoclass:: verhulst.calibration.{name}", *members, ""]
        node = nodes.section()
        self.state.nested_parse(StringList(lines, "calibration maps"), 0, node)
        return node.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("maps", Maps)
    app.add_directive("map-classes", MapClasses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
