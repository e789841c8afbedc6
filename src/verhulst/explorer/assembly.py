"""The explorer as one HTML page, put together from the small files in assets/."""

from __future__ import annotations

import html
import os
import pathlib
import tempfile
import webbrowser
from dataclasses import dataclass
from importlib.resources import files

from verhulst._version import __version__
from verhulst.data.atomic import write_text
from verhulst.figures.theme import DARK, LIGHT, css_variables

# In the order in which they build upon each other; main.js wires them to the page.
SCRIPTS = (
    "functions", "floats", "fit", "state", "text", "chart", "curves", "rails", "loss", "readout", "data", "calibration",
    "copy", "main",
)  # fmt: skip


@dataclass(frozen=True)
class Explorer:
    """A whole page.

    Attributes
    ----------
    page : the HTML text, complete in itself
    path : the file that it was written to, or None
    """

    page: str
    path: pathlib.Path | None = None

    def __repr__(self) -> str:
        where = "not written to a file" if self.path is None else str(self.path)
        return f"Explorer({len(self.page.encode()) / 1000:.0f} kB, {where})"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" title="The sigmoid explorer" loading="lazy" '
            'style="width:100%;height:900px;border:1px solid #8884;border-radius:12px"></iframe>'
        )


def page() -> str:
    """The explorer's HTML: style, script and text in one document that asks the network for nothing.

    Examples
    --------
    >>> from verhulst.explorer import page
    >>> page()[:15]
    '<!doctype html>'
    """
    assets = files("verhulst.explorer") / "assets"

    def read(name: str) -> str:
        return (assets / name).read_text(encoding="utf-8")

    dark = css_variables(DARK) + " --page: var(--vh-paper); --card: var(--vh-wash); --shadow: none; color-scheme: dark;"
    light = css_variables(LIGHT) + " color-scheme: light;"
    # The page's own choice (data-theme) wins over the system's.
    style = "\n".join(
        (
            f":root {{ {light} }}",
            read("style.css"),
            f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ {dark} }} }}",
            f":root[data-theme=dark] {{ {dark} }}",
        )
    )
    script = "\n".join(read(f"{name}.js") for name in SCRIPTS)
    text = read("page.html").replace("{{version}}", html.escape(__version__))
    return text.replace("{{style}}", style).replace("{{script}}", script)


def explore(path: str | os.PathLike[str] | None = None, *, open_browser: bool = False) -> Explorer:
    """The sigmoid explorer, for a notebook, a file or a browser.

    Parameters
    ----------
    path : where to write the page; None writes no file, unless a browser is to open it
    open_browser : whether to open the page in the system's browser

    Returns
    -------
    Explorer
        Shows itself in a notebook.

    Raises
    ------
    OutputError
        If the folder of `path` does not exist (then a FileNotFoundError) or cannot be written.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.explore()
    Explorer(... kB, not written to a file)
    """
    text = page()
    if path is None and open_browser:
        path = pathlib.Path(tempfile.gettempdir()) / "verhulst-explorer.html"
    if path is None:
        return Explorer(text)
    target = pathlib.Path(path)
    write_text(target, text)
    if open_browser:
        webbrowser.open(target.resolve().as_uri())
    return Explorer(text, target)
