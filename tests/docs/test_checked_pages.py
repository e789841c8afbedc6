"""The build of the documentation fails on dead links, pictures without words and requests to the network."""

from __future__ import annotations

import pathlib

from checked_pages import faults

GOOD = """<h1 id="top">A</h1><a href="b.html#end">b</a> <a href="#top">up</a> <a href="https://example.org/x">out</a>
<img src="a.svg" alt="a curve"><iframe src="b.html#panel=curve" title="a panel"></iframe>"""


def made(folder: pathlib.Path, page: str) -> list[str]:
    (folder / "a.html").write_text(page, encoding="utf-8")
    (folder / "b.html").write_text('<p id="end"></p>', encoding="utf-8")
    (folder / "a.svg").write_text("<svg/>", encoding="utf-8")
    return faults(folder)


def test_good_pages_have_no_faults(tmp_path: pathlib.Path) -> None:
    assert made(tmp_path, GOOD) == []


def test_each_kind_of_fault_is_found(tmp_path: pathlib.Path) -> None:
    bad = {
        '<a href="c.html">c</a>': "a.html: there is no c.html",
        '<a href="b.html#nowhere">c</a>': "a.html: there is no place b.html#nowhere",
        '<a href="#nowhere">c</a>': "a.html: there is no place #nowhere",
        '<img src="a.svg">': "a.html: a picture without words: a.svg",
        '<img src="a.svg" alt=" ">': "a.html: a picture without words: a.svg",
        '<img src="z.svg" alt="z">': "a.html: there is no z.svg",
        '<iframe src="b.html"></iframe>': "a.html: a frame without a title: b.html",
        '<script src="https://example.org/x.js"></script>': "a.html: loads https://example.org/x.js from the network",
    }
    for page, fault in bad.items():
        assert made(tmp_path, page) == [fault]
