"""Sphinx extension: the figures of the package, drawn while the docs are built.

`{visual} precision` in a page shows a figure by its name, in the colours of the page's theme and, on a
phone, with its panels one below the other.
"""

from __future__ import annotations

import pathlib
from dataclasses import replace
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from verhulst.figures import FIGURES, plot, save
from verhulst.figures.theme import theme_named

FOLDER = "_figures"
VARIANTS = [(width, theme) for width in ("wide", "narrow") for theme in ("light", "dark")]


class Visual(Directive):
    """The pictures of a figure, for light and dark pages and for wide and narrow ones; all but one are hidden."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One image for light pages, one for dark ones, and what they show."""
        name = self.arguments[0]
        if name not in FIGURES:
            raise self.error(f"no figure {name!r}: choose one of {', '.join(FIGURES)}")
        pictures: list[nodes.Node] = []
        for width, theme in VARIANTS:
            image = nodes.image(uri=f"/{FOLDER}/{name}-{width}-{theme}.svg", alt=FIGURES[name], loading="lazy")
            image["classes"] += [f"only-{theme}", f"only-{width}"]
            pictures.append(image)
        # Not a figure with a caption: the theme hides captions of pictures that are only for light or dark pages.
        words = nodes.paragraph("", "", nodes.emphasis(text=f"{FIGURES[name]}. "))
        words += nodes.literal(text=f"verhulst plot {name}")
        return [*pictures, words]


def draw(app: Sphinx) -> None:
    """Draws every figure into the sources, where Sphinx looks for images."""
    folder = pathlib.Path(app.srcdir) / FOLDER
    folder.mkdir(exist_ok=True)
    for name in FIGURES:
        for width, theme in VARIANTS:
            drawn = plot(name, theme=replace(theme_named(theme), narrow=width == "narrow"))
            save(drawn, folder / f"{name}-{width}-{theme}.svg")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("visual", Visual)
    app.connect("builder-inited", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
