"""Every example in a public docstring runs, ufuncs included (which the doctest module does not find by itself).

Public docstrings have the form of numpydoc.
"""

from __future__ import annotations

import doctest
import importlib
import inspect
import pathlib
import pydoc
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpydoc.validate import validate

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


# Checks of numpydoc: the form of every public docstring; that parameters and returns are described, for functions and
# constructors.
CHECKS = {
    "GL": (1, 2, 3, 5, 6, 7, 8, 9, 10),
    "SS": (2, 3, 4, 5, 6),
    "PR": (2, 3, 5, 6, 7, 8, 9, 10),
    "RT": (2, 3, 4, 5),
    "YD": (1,),
    "SA": (2, 3),
}
FORM = frozenset(f"{group}{number:02}" for group, numbers in CHECKS.items() for number in numbers)
COMPLETE = frozenset({"PR01", "RT01"})
PACKAGES = (
    "functions", "losses", "regression", "calibration", "data", "torch", "jax", "audit", "figures", "report",
    "explorer",
)  # fmt: skip


def public_docstrings() -> Iterator[str]:
    for package in PACKAGES:
        module = importlib.import_module(f"verhulst.{package}")
        for name in module.__all__:
            value = getattr(module, name)
            if not callable(value) or inspect.ismodule(value):
                continue
            yield f"verhulst.{package}.{name}"
            if inspect.isclass(value):
                yield from (f"verhulst.{package}.{name}.{m}" for m, v in vars(value).items() if m[0] != "_" and _own(v))


def _own(member: object) -> bool:
    """Whether a member of a class has a docstring of its own, not that of the base class."""
    function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    return inspect.isfunction(function) and function.__doc__ is not None


def test_docstrings_may_be_left_out() -> None:
    """`python -OO` has none to compose."""
    rooms = "verhulst.functions.activations, verhulst.losses, verhulst.regression, verhulst.torch, verhulst.jax"
    subprocess.run([sys.executable, "-OO", "-c", f"import {rooms}"], check=True)


@pytest.mark.parametrize("name", sorted(public_docstrings()))
def test_docstrings_have_the_form_of_numpydoc(name: str) -> None:
    value = pydoc.locate(name)
    record = inspect.isclass(value) and ("__dataclass_fields__" in vars(value) or "_fields" in vars(value))
    member = inspect.isclass(pydoc.locate(name.rpartition(".")[0]))
    # The fields of records are listed as attributes, not as parameters.
    checks = FORM if member or record else FORM | COMPLETE
    if isinstance(value, np.ufunc):  # NumPy's are its parameters, of which it calls the first x
        checks -= {"PR01", "PR02"}
    found = [f"{code}: {text}" for code, text in validate(name)["errors"] if code in checks]
    assert not found, f"{name}: {found}"
