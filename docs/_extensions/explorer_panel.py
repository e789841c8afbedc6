"""Sphinx extension: one panel of the explorer inside a page, where the sentence is that it shows.

````
```{panel} curve
:height: 560
:state: z=2&type=float32

What to try and what to see.
```
````

The panel is the explorer's own file with `#panel=NAME`. It follows the theme of the page (`_static/pages.js`).
"""

from __future__ import annotations

import pathlib
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from verhulst.explorer import explore
from verhulst.explorer.assembly import PANELS


class Panel(SphinxDirective):
    """An iframe with a panel, and the words of the directive above it."""

    required_arguments = 1
    has_content = True
    option_spec = {"height": directives.nonnegative_int, "state": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """The words, the frame, and a link for those who cannot see it."""
        name = self.arguments[0]
        if name not in PANELS:
            raise self.error(f"no panel {name!r}: choose one of {', '.join(PANELS)}")
        words = nodes.container(classes=["panel-words"])
        self.state.nested_parse(self.content, self.content_offset, words)
        up = "../" * self.env.docname.count("/")
        state = self.options.get("state", "")
        address = f"{up}explorer.html#panel={name}" + (f"&{state}" if state else "")
        frame = (
            f'<iframe class="panel" src="{address.replace("&", "&amp;")}" title="{PANELS[name]}" loading="lazy" '
            f'style="height:{self.options.get("height", 480)}px"></iframe>'
        )
        return [words, nodes.raw("", frame, format="html")]


def put_explorer(app: Sphinx, exception: Exception | None) -> None:
    """Write the explorer beside the built pages."""
    if exception is None and app.builder.format == "html":
        explore(pathlib.Path(app.outdir) / "explorer.html")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_directive("panel", Panel)
    app.connect("build-finished", put_explorer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
