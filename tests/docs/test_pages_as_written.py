"""What the extensions of the documentation make of a page: lines of code that wrap, and the words of a link to it."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonConsoleLexer
from social_card import describe
from wrapped_code import wrap

SESSION = '''>>> print(table)  # a comment
      odds ratio  std. error
 ──────────────────────
score     1.0397   0.0041094
>>> text = """two
... lines"""

Error: one sentence.  And another
'''


def wrapped(code: str) -> str:
    context = {"body": highlight(code, PythonConsoleLexer(), HtmlFormatter()).strip()}
    wrap(None, "page", "", context, None)  # type: ignore[arg-type]
    return context["body"]


def test_each_line_of_code_is_a_box_and_the_text_stays() -> None:
    body = wrapped(SESSION)
    assert html.unescape(re.sub(r"<[^>]+>", "", body)) == SESSION  # what is copied
    boxes = re.findall(r'<span class="(line[^"]*)">(.*?)\n</span>', body)
    assert [kind for kind, _ in boxes] == ["line", *["line columns"] * 3, "line", "line", "line", "line"]
    assert all(box.count("<span") == box.count("</span>") for _, box in boxes)


@pytest.mark.parametrize("base", ["", "https://example.org/docs", "https://example.org/docs/"])
def test_a_picture_is_named_only_by_its_whole_address(base: str) -> None:
    app: Any = SimpleNamespace(config=SimpleNamespace(html_baseurl=base))
    tree = nodes.document(None, None)  # type: ignore[arg-type]
    tree += nodes.paragraph(text='A sentence with "marks" that says what the page is about.')
    context: dict[str, Any] = {"title": "One <em>page</em>"}
    describe(app, "guide/page", "page.html", context, tree)
    facts = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', context["metatags"]))
    assert facts["og:title"] == "One page"
    assert facts["description"] == "A sentence with &quot;marks&quot; that says what the page is about."
    assert facts.get("og:image") == ("https://example.org/docs/_static/card.png" if base else None)
    assert facts["twitter:card"] == ("summary_large_image" if base else "summary")
