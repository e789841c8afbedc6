"""Convert a figure to SVG for an HTML page, with light and dark themes."""

from __future__ import annotations

import io
import re

from matplotlib.figure import Figure

from verhulst._options import checks_options
from verhulst.figures.theme import LIGHT, Theme


@checks_options
def to_svg(figure: Figure, *, label: str, theme: Theme = LIGHT) -> str:
    """Return the `<svg>` element of a figure, without prolog, metadata or external references.

    Colours of the theme become CSS variables with the drawn colour as fallback (`var(--vh-ink, #1d2330)`), so that the
    light and dark values of the page (`css_variables`) recolour the figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    label : str
        A description of the figure for screen readers.
    theme : str or Theme
        The theme that the figure was drawn with.

    Returns
    -------
    str
        The SVG element.

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
