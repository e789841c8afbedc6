"""Every example in a public docstring runs, ufuncs included (which the doctest module does not find by itself)."""

from __future__ import annotations

import doctest
import importlib
import pathlib

import numpy as np
import pytest

import verhulst

SOURCE = pathlib.Path(__file__).parents[2] / "src" / "verhulst"
MODULES = sorted(
    ".".join(("verhulst", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
    if path.name != "__main__.py"
)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    module = importlib.import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    tests = finder.find(module, name)
    for attribute, value in vars(module).items():
        if isinstance(value, np.ufunc) and name.startswith("verhulst.functions._"):
            tests += doctest.DocTestFinder().find(value, f"{name}.{attribute}", module=False, globs={})
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for test in tests:
        runner.run(test)
    assert runner.failures == 0


def public_ufuncs() -> list[str]:
    return [name for name, value in vars(verhulst).items() if isinstance(value, np.ufunc)]


@pytest.mark.parametrize("name", public_ufuncs())
def test_every_ufunc_has_a_full_docstring(name: str) -> None:
    text = getattr(verhulst, name).__doc__
    for section in ("Parameters", "Returns", "Notes", "Examples", ">>> "):
        assert section in text, f"{name}: no {section}"
