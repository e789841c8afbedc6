"""The page as a file: whole, small, offline, never half-written."""

from __future__ import annotations

import os
import pathlib
import re
import webbrowser
from importlib.resources import files
from typing import Any

import pytest

import verhulst as vh
from verhulst.explorer import page
from verhulst.explorer.assembly import SCRIPTS


def test_is_one_small_file_that_names_no_address() -> None:
    text = page()
    assert len(text.encode()) < 300_000
    addresses = set(re.findall(r"(?:https?:)?//[\w.]+\.\w+[^\s\"'`]*", text)) - {"http://www.w3.org/2000/svg"}
    assert addresses == set()
    assert not re.search(r"<link|<img|@import|\bsrc=|\bimport\(|fetch\(", text)
    assert "{{" not in text.replace("${{", "")


def test_every_asset_is_used() -> None:
    names = [item.name for item in (files("verhulst.explorer") / "assets").iterdir()]
    assert {name.removesuffix(".js") for name in names if name.endswith(".js")} == set(SCRIPTS)


def test_writes_a_file_and_shows_itself_in_a_notebook(tmp_path: pathlib.Path) -> None:
    result = vh.explore(tmp_path / "sigmoid.html")
    assert (tmp_path / "sigmoid.html").read_text(encoding="utf-8") == result.page
    assert [path.name for path in tmp_path.iterdir()] == ["sigmoid.html"]
    assert result._repr_html_().startswith("<iframe srcdoc=")
    assert "sigmoid.html" in repr(result)


def test_missing_folder_is_a_sentence(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"the folder .* does not exist"):
        vh.explore(tmp_path / "nowhere" / "a.html")


def test_an_interrupted_write_leaves_what_was_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.html"
    target.write_text("before")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        vh.explore(target)
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_opens_the_browser_when_asked(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    vh.explore(tmp_path / "a.html", open_browser=True)
    assert opened == [(tmp_path / "a.html").as_uri()]


NAMES_OF_OBJECTS = [
    "constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "prototype", "isPrototypeOf", "toLocaleString",
    "propertyIsEnumerable", "__defineGetter__",
]  # fmt: skip


def test_the_address_is_looked_up_among_own_names(open_page: Any) -> None:
    page = open_page(f"#over={','.join([*NAMES_OF_OBJECTS, 'tanh', 'tanh'])}&constructor=1&__proto__=2")
    assert page.evaluate("explorer.state.over") == "tanh"
    plain = page.evaluate("explorer.readHash('')")
    hashes = [f"#{key}={value}" for key in [*plain, *NAMES_OF_OBJECTS] for value in NAMES_OF_OBJECTS]
    states = page.evaluate("(hashes) => hashes.map(explorer.readHash)", hashes)
    assert all(state == plain | {"data": state["data"]} for state in states)
    page.locator("#curve").dispatch_event("keydown", {"key": "constructor"})
    assert page.evaluate("explorer.state.z") == plain["z"]
