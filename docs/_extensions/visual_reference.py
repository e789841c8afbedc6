"""Sphinx extension: the figures of the package, drawn while the docs are built, and the explorer beside the pages.

`{visual} precision` in a page shows a figure by its name, in the colours of the page's theme.
"""

from __future__ import annotations

import pathlib
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from verhulst.explorer import explore
from verhulst.figures import FIGURES, plot, save

FOLDER = "_figures"


class Visual(Directive):
    """Both pictures of a figure; the page's theme hides one of them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """One image for light pages, one for dark ones, and what they show."""
        name = self.arguments[0]
        if name not in FIGURES:
            raise self.error(f"no figure {name!r}: choose one of {', '.join(FIGURES)}")
        pictures: list[nodes.Node] = []
        for theme in ("light", "dark"):
            image = nodes.image(uri=f"/{FOLDER}/{name}-{theme}.svg", alt=FIGURES[name])
            image["classes"] += [f"only-{theme}"]
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
        for theme in ("light", "dark"):
            save(plot(name, theme=theme), folder / f"{name}-{theme}.svg")


def put_explorer(app: Sphinx, exception: Exception | None) -> None:
    """Writes the explorer beside the built pages."""
    if exception is None and app.builder.format == "html":
        explore(pathlib.Path(app.outdir) / "explorer.html")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("visual", Visual)
    app.connect("builder-inited", draw)
    app.connect("build-finished", put_explorer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
