"""A figure as SVG text that can stand inside an HTML page, light and dark."""

from __future__ import annotations

import io
import re

from matplotlib.figure import Figure

from verhulst.figures.theme import LIGHT, Theme


def to_svg(figure: Figure, *, label: str, theme: Theme = LIGHT) -> str:
    """The `<svg>` element of a figure, without prolog, metadata or any external address.

    Colours of the theme become CSS variables with the drawn colour as fallback (`var(--vh-ink, #1d2330)`), so that the
    page's own light and dark values (`css_variables`) recolour the picture.

    Parameters
    ----------
    figure : what was drawn with `theme`
    label : what the picture shows, for those who hear it
    theme : the theme it was drawn with

    Examples
    --------
    >>> from verhulst import figures
    >>> text = figures.to_svg(figures.plot("anatomy"), label="The parts of the sigmoid")
    >>> text.startswith('<svg role="img" aria-label="The parts of the sigmoid"')
    True
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    for token, color in theme.colors().items():
        text = re.sub(rf"(?<=[:\s]){re.escape(color)}\b(?=[;\"])", f"var(--vh-{token}, {color})", text)
    quoted = label.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    return text.replace("<svg ", f'<svg role="img" aria-label="{quoted}" ', 1)
