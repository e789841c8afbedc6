"""Assemble the explorer as one HTML page from the files in assets/."""

from __future__ import annotations

import html
import os
import pathlib
import tempfile
import webbrowser
from dataclasses import dataclass
from importlib.resources import files

from verhulst._options import checks_options
from verhulst._version import __version__
from verhulst.data.atomic import write_text
from verhulst.figures.theme import DARK, LIGHT, css_variables

# In order of dependence; main.js connects them to the page.
SCRIPTS = (
    "functions", "floats", "fit", "state", "text", "chart", "curves", "rails", "loss", "readout", "data", "calibration",
    "copy", "main",
)  # fmt: skip

# The panels that can be shown alone, by `#panel=NAME` behind the page's address, and what each is.
PANELS = {
    "curve": "The sigmoid curve and its derivative, to drag",
    "values": "The formula with its numbers, and the digits of naive and stable formulas",
    "bits": "The bits of the probability in a float type",
    "rails": "Probability, odds and log-odds on three linked rulers",
    "tails": "Both tails of the sigmoid on a logarithmic axis",
    "loss": "Cross-entropy and its gradient over the score",
    "data": "Points to drag and the logistic regression through them",
    "calibration": "A reliability diagram with temperature and shift",
}


@dataclass(frozen=True)
class Explorer:
    """The explorer page.

    Attributes
    ----------
    page : str
        The self-contained HTML.
    path : Path or None
        The file it was written to.
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
    """Return the HTML of the explorer, a self-contained document that needs no network.

    Returns
    -------
    str
        The document.

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
    # The choice on the page (data-theme) takes precedence over that of the system.
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


@checks_options
def explore(path: str | os.PathLike[str] | None = None, *, open_browser: bool = False) -> Explorer:
    """Return the sigmoid explorer, for a notebook, a file or a browser.

    Parameters
    ----------
    path : str or PathLike, optional
        The file to write; by default none, unless a browser is to open it.
    open_browser : bool
        Whether to open the page in the system's browser.

    Returns
    -------
    Explorer
        The page; a notebook displays it.

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
        # A folder of its own: in a shared folder, a name that others can foresee could be a link of theirs.
        path = pathlib.Path(tempfile.mkdtemp(prefix="verhulst-")) / "verhulst-explorer.html"
    if path is None:
        return Explorer(text)
    target = pathlib.Path(path)
    write_text(target, text)
    if open_browser:
        webbrowser.open(target.resolve().as_uri())
    return Explorer(text, target)
