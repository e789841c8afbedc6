"""Every public function stands on a page of the reference."""

from __future__ import annotations

import pathlib
import re

from verhulst.functions._registry import FUNCTIONS, PUBLIC

PAGES = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "functions"


def test_each_family_has_its_page() -> None:
    homes = {(FUNCTIONS[name].formula if name in FUNCTIONS else PUBLIC[name]).__module__ for name in PUBLIC}
    shown = {
        family
        for page in PAGES.glob("*.md")
        for family in re.findall(r"^\.\. functions:: (\w+)$", page.read_text("utf-8"), re.M)
    }
    assert {f"verhulst.functions._{family}" for family in shown} == homes
