"""Sphinx extension: the build fails on a link that leads nowhere, a picture without words, or a request to the network.

It reads the pages as they were written, so that raw HTML, themes and extensions are checked too.
"""

from __future__ import annotations

import pathlib
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlsplit

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}


class Page(HTMLParser):
    """What a page links to, where it can be linked to, and its faults."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.faults: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect links and anchors, and look at what needs words."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        address = given.get(LOADED.get(tag, "href"), "") if tag in LOADED or tag == "a" else ""
        if address:
            self.links.append(address)
            if tag in LOADED and given.get("rel") != "canonical" and urlsplit(address).netloc:
                self.faults.append(f"loads {address} from the network")
        if tag == "img" and not given.get("alt", "").strip():
            self.faults.append(f"a picture without words: {given.get('src', '')}")
        if tag == "iframe" and not given.get("title", "").strip():
            self.faults.append(f"a frame without a title: {given.get('src', '')}")


def faults(folder: pathlib.Path) -> list[str]:
    """Every fault of the pages in a folder, each with its page."""
    ours = (path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts)  # there are templates
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in ours}
    found = []
    for path, page in pages.items():
        where = path.relative_to(folder)
        found += [f"{where}: {fault}" for fault in page.faults]
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                found.append(f"{where}: there is no {link}")
            place = unquote(parts.fragment)
            if target in pages and place and "=" not in place and place not in pages[target].anchors:
                found.append(f"{where}: there is no place {link}")
    return found


def check(app: Sphinx, exception: Exception | None) -> None:
    """Called at the end of the build."""
    if exception is None and app.builder.name == "html":
        found = faults(pathlib.Path(app.outdir).resolve())
        if found:
            raise ExtensionError("\n".join([f"{len(found)} faults in the pages:", *found]))


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("build-finished", check, priority=900)  # after those who still write files
    return {"parallel_read_safe": True, "parallel_write_safe": True}
