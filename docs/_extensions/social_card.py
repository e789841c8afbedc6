"""Sphinx extension: what a link to a page shows elsewhere: its title, its first sentence and a picture.

The picture needs an absolute address, so there is one only if the pages are built for one: `-D html_baseurl=https://...`.
"""

from __future__ import annotations

import html
import pathlib
import re
from typing import Any

import numpy as np
from docutils import nodes
from sphinx.application import Sphinx

import verhulst as vh
from verhulst.figures import save
from verhulst.figures.canvas import curve, dot, new_figure, panels
from verhulst.figures.theme import DARK

PICTURE = "_static/card.png"
LONGEST = 200


def draw_card(app: Sphinx, exception: Exception | None) -> None:
    """The sigmoid, 1200 by 630."""
    if exception is not None or app.builder.name != "html" or not app.config.html_baseurl:
        return
    figure = new_figure(12, 6.3, DARK)
    (ax,) = panels(figure, 1, 1, DARK)
    z = np.linspace(-7, 7, 400)
    curve(ax, z, vh.sigmoid(z), DARK.first, 7)
    dot(ax, 0, 0.5, DARK.second, DARK, 20)
    ax.set(xlim=(-7, 7), ylim=(-0.08, 1.08), xticks=[], yticks=[])
    ax.text(-6.6, 0.88, "verhulst", color=DARK.ink, size=58, weight="bold")
    ax.text(-6.6, 0.76, "scores into probabilities", color=DARK.muted, size=26)
    ax.text(1.1, 0.28, "σ(z) = 1/(1 + e⁻ᶻ)", color=DARK.ink, size=32)
    save(figure, pathlib.Path(app.outdir) / PICTURE, dpi=100)


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Add the tags to the head of a page."""
    if tree is None:
        return
    first = next((node.astext() for node in tree.findall(nodes.paragraph) if len(node.astext()) > 40), "")
    words = " ".join(first.split())
    if len(words) > LONGEST:
        words = words[:LONGEST].rsplit(" ", 1)[0] + " …"
    title = html.unescape(re.sub(r"<[^>]+>", "", context.get("title", "verhulst")))
    facts = {
        "og:type": "article", "og:site_name": "verhulst", "og:title": title, "og:description": words,
        "twitter:card": "summary",
    }  # fmt: skip
    if app.config.html_baseurl:
        picture = f"{app.config.html_baseurl.rstrip('/')}/{PICTURE}"
        facts |= {"og:image": picture, "og:image:alt": "The sigmoid curve", "twitter:card": "summary_large_image"}
    tags = [f'<meta property="{name}" content="{html.escape(value)}">' for name, value in facts.items()]
    tags.append(f'<meta name="description" content="{html.escape(words)}">')
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("html-page-context", describe)
    app.connect("build-finished", draw_card)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
