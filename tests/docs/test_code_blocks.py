"""Every Python block of the documentation runs, page by page, from top to bottom.

A block with `>>>` is a doctest, so that what a reader sees printed is what is printed; any other block is executed.
A block after a line `<!-- not run: reason -->` is left out.
"""

from __future__ import annotations

import doctest
import pathlib
import re
from dataclasses import dataclass

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
PAGES = [page for page in PAGES if "_build" not in page.parts]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})python[ \t]*\n(?P<code>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
SKIP = re.compile(r"<!-- not run: .+ -->\s*\Z")


@dataclass(frozen=True)
class Block:
    """A block of Python and the line of the page on which it starts."""

    code: str
    line: int


def blocks(text: str) -> list[Block]:
    """The blocks of a page that are to be run."""
    return [
        Block(found["code"], text.count("\n", 0, found.start("code")) + 1)
        for found in FENCE.finditer(text)
        if not SKIP.search(text[: found.start()])
    ]


def test_blocks_are_found_and_left_out() -> None:
    text = "a\n```python\nx = 1\n```\n<!-- not run: needs a server -->\n```python\ny\n```\n```console\n$ z\n```\n"
    assert blocks(text) == [Block("x = 1\n", 3)]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.exists() and blocks(page.read_text(encoding="utf-8"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)  # fmt: skip
def test_every_block_runs(page: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page.read_text(encoding="utf-8")):
        where = f"{page.relative_to(ROOT)}, line {block.line}"
        if ">>> " in block.code:
            test = doctest.DocTestParser().get_doctest(block.code, names, where, str(page), block.line - 1)
            report: list[str] = []
            result = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=report.append, clear_globs=False)
            assert result.failed == 0, "".join(report)
            names = test.globs
        else:
            exec(compile("\n" * (block.line - 1) + block.code, str(page), "exec"), names)
