"""The stubs (.pyi) beside packages whose names are made or imported at run time: what type checkers and editors read.

python -m tests.types.stubs     writes them; test_stubs.py fails where one is stale
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pathlib
from collections.abc import Callable

from verhulst import functions
from verhulst.functions._registry import FUNCTIONS, PUBLIC

SOURCE = pathlib.Path(__file__).parents[2] / "src" / "verhulst"
HEAD = "# Made by `python -m tests.types.stubs`; edit that, not this.\n"

# Functions of numbers keep what they are called with; {before} and {after} are what else a call takes.
NUMBERS = """\
@overload
def {name}({before}z: _F{after}) -> _F: ...
@overload
def {name}({before}z: bool{after}) -> np.float16: ...
@overload
def {name}({before}z: float{after}) -> np.float64: ...
@overload
def {name}({before}z: NDArray[_F]{after}) -> NDArray[_F]: ...
@overload
def {name}({before}z: _Integers | Sequence[Any]{after}) -> NDArray[np.floating]: ...
@overload
def {name}({before}z: _Container{after}) -> _Container: ...
@overload
def {name}({before}z: Any{after_out}) -> _Out: ...
@overload
def {name}({before}z: Any{after_any}) -> Any: ...
"""
OVER_AXIS = """\
@overload
def {name}(z: NDArray[_F], axis: Axis = -1, *, out: None = None) -> NDArray[_F]: ...
@overload
def {name}(z: ArrayLike, axis: Axis = -1, *, out: None = None) -> NDArray[np.floating]: ...
@overload
def {name}(z: ArrayLike, axis: Axis = -1, *, out: _Out) -> _Out: ...
"""
SUM_OVER_AXIS = """\
@overload
def {name}(z: NDArray[_F], axis: None, *, keepdims: Literal[False] = False, out: None = None) -> _F: ...
@overload
def {name}(z: NDArray[_F], axis: Axis = -1, *, keepdims: Literal[True], out: None = None) -> NDArray[_F]: ...
@overload
def {name}(z: ArrayLike, axis: Axis = -1, *, keepdims: bool = False, out: _Out) -> _Out: ...
@overload
def {name}(z: ArrayLike, axis: Axis = -1, *, keepdims: bool = False, out: None = None) -> Any: ...
"""
FUNCTIONS_HEAD = """\
from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar, Unpack, overload, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.functions._axes import Axis

_F = TypeVar("_F", bound=np.floating)
_Container = TypeVar("_Container", bound=_OwnRules)
_Out = TypeVar("_Out", bound=np.ndarray[Any, Any])
_Integers: TypeAlias = NDArray[np.integer | np.bool]

@type_check_only
class _OwnRules(Protocol):  # Series and the like, which answer a ufunc by one of themselves
    def __array_ufunc__(self, ufunc: Any, method: Any, /, *inputs: Any, **options: Any) -> Any: ...

@type_check_only
class _Options(TypedDict, total=False):
    where: ArrayLike
    casting: str
    order: str
    subok: bool

@type_check_only
class _Function(np.ufunc):  # type: ignore[misc]  # final in NumPy's stub
"""


def functions_stub() -> str:
    """`verhulst.functions`: ufuncs whose calls keep the type of their argument."""
    call = NUMBERS.format(
        name="__call__",
        before="self, ",
        after=", /, out: None = None, **options: Unpack[_Options]",
        after_out=", /, out: _Out | tuple[_Out], **options: Unpack[_Options]",
        after_any=", /, out: Any = None, *, dtype: Any = None, signature: Any = None, **options: Unpack[_Options]",
    )
    parts = [HEAD, FUNCTIONS_HEAD, *(f"    {line}\n" for line in call.splitlines()), "\n"]
    parts += [f"{name}: _Function\n" for name in FUNCTIONS]
    for name, function in PUBLIC.items():
        if name not in FUNCTIONS:
            parts.append(_plain(name, function))
    parts.append(_all(functions.__all__))
    return "".join(parts)


def _plain(name: str, function: Callable[..., object]) -> str:
    """A Python function: with a parameter, over an axis, or about threads."""
    parameters = inspect.signature(function).parameters
    if "keepdims" in parameters:
        return SUM_OVER_AXIS.format(name=name)
    if "axis" in parameters:
        return OVER_AXIS.format(name=name)
    if "z" in parameters:
        second = list(parameters.values())[1]
        given = f", {second.name}: ArrayLike = {second.default}, *, "
        return NUMBERS.format(
            name=name,
            before="",
            after=f"{given}out: None = None, where: ArrayLike = True",
            after_out=f"{given}out: _Out | tuple[_Out], where: ArrayLike = True",
            after_any=f"{given}out: Any = None, where: ArrayLike = True",
        )
    return f"def {name}{inspect.signature(function)}: ...\n".replace("'", "")


def _all(names: list[str]) -> str:
    return "\n__all__ = [\n" + "".join(f'    "{name}",\n' for name in names) + "]\n"


def torch_stub() -> str:
    """Called with z, or with `input`, as torch's own functions are."""
    call = "@overload\ndef {name}(z: Tensor) -> Tensor: ...\n@overload\ndef {name}(*, input: Tensor) -> Tensor: ...\n"
    faces = "".join(call.format(name=name) for name in FUNCTIONS)
    return HEAD + "from typing import overload\n\nfrom torch import Tensor\n\n" + faces + _all(list(FUNCTIONS))


def jax_stub() -> str:
    faces = (f"def {name}(z: ArrayLike) -> jax.Array: ...\n" for name in FUNCTIONS)
    return HEAD + "import jax\nfrom jax.typing import ArrayLike\n\n" + "".join(faces) + _all(list(FUNCTIONS))


def package_stub(package: str) -> str:
    """A package whose `__init__` imports names, now or when they are first used."""
    tree = ast.parse((SOURCE / package / "__init__.py").read_text(encoding="utf-8"))
    names: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("verhulst."):
            public = [alias.name for alias in node.names if not (alias.asname or alias.name).startswith("_")]
            names |= {name: str(node.module) for name in public if name not in ("*", "lazy_names")}
    names |= lazy_homes(package)
    root = f"verhulst.{package}" if package else "verhulst"
    lines = [HEAD]
    if not package:
        lines += ["from verhulst.functions import *\n", "__version__: str\n"]
    for name, home in sorted(names.items(), key=lambda item: (item[1], item[0])):
        if home == f"{root}.{name}" and name not in lazy_homes(name):
            home = root  # the module itself
        lines.append(f"from {home} import {name} as {name}\n")
    return "".join(lines)


def lazy_homes(package: str) -> dict[str, str]:
    """The names that a package imports when they are first used, with their homes."""
    module = importlib.import_module(".".join(["verhulst", *package.split()]))
    getter = vars(module).get("__getattr__")
    found: dict[str, str] = inspect.getclosurevars(getter).nonlocals.get("homes", {}) if getter else {}
    return found


def stubs() -> dict[pathlib.Path, str]:
    """Path -> text of every stub."""
    rooms = ("", *sorted(path.parent.name for path in SOURCE.glob("*/__init__.py")))
    lazy = [room for room in rooms if lazy_homes(room)]
    return {
        SOURCE / "functions" / "__init__.pyi": functions_stub(),
        SOURCE / "torch" / "_functional.pyi": torch_stub(),
        SOURCE / "jax" / "_functional.pyi": jax_stub(),
        **{SOURCE / package / "__init__.pyi": package_stub(package) for package in lazy},
    }


if __name__ == "__main__":
    for path, text in stubs().items():
        path.write_text(text, encoding="utf-8")
