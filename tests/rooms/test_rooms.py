"""The rules of the house: who may import whom, and what `import verhulst` may load."""

from __future__ import annotations

import ast
import graphlib
import pathlib
import re
import subprocess
import sys

import pytest

from verhulst._version import __version__

SOURCE = pathlib.Path(__file__).parents[2] / "src" / "verhulst"

# Each room and the rooms it may know. `functions` stands on the compiled core alone.
ALLOWED = {
    "functions": set(),
    "losses": {"functions"},
    "data": {"functions"},
    "regression": {"functions", "losses", "data"},
    "torch": {"functions", "losses", "data"},
    "jax": {"functions", "losses", "data"},
    "calibration": {"functions", "losses", "data", "regression"},
    "audit": {"functions", "losses", "data", "regression", "torch", "jax", "calibration"},
    "figures": {"functions", "losses", "data", "regression", "torch", "jax", "calibration", "audit"},
}
ALLOWED["explorer"] = ALLOWED["report"] = {*ALLOWED["figures"], "figures"}
ALLOWED["cli"] = {*ALLOWED["report"], "explorer", "report"}

# The files of the house itself, which belong to no room: name -> rooms it may know.
HALL = {
    "__init__.py": {"functions"},
    "__main__.py": {"cli"},
    "_home.py": set(),
    "_lazy.py": set(),
    "_numbers.py": set(),
    "_options.py": set(),
    "_process.py": set(),
    "_version.py": set(),
    "_load.py": {"data"},  # finds the room by name, when a file asks for it
}


def imported_rooms(path: pathlib.Path) -> set[str]:
    """The rooms that a file imports, anywhere in it, except for the sake of types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for statement in node.body
        for inner in ast.walk(statement)
    }
    modules: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            modules.add(node.module or "")
            if node.module == "verhulst":
                modules |= {f"verhulst.{alias.name}" for alias in node.names}
    return {m.split(".")[1] for m in modules if m.startswith("verhulst.")} & set(ALLOWED)


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_run_one_way(path: pathlib.Path) -> None:
    first = path.relative_to(SOURCE).parts[0]
    room = first.removesuffix(".py")
    allowed = HALL[first] if first in HALL else ALLOWED[room] | {room}
    assert imported_rooms(path) <= allowed


def imports(path: pathlib.Path) -> set[pathlib.Path]:
    """The files of the package that a file imports, anywhere in it: inside functions and for the sake of types too."""

    def file(name: str) -> pathlib.Path | None:
        place = SOURCE.joinpath(*name.split(".")[1:])
        return next((one for one in (place.with_suffix(".py"), place / "__init__.py") if one.exists()), None)

    found: set[pathlib.Path | None] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {file(alias.name) for alias in node.names if alias.name.split(".")[0] == "verhulst"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "verhulst":
            names = {alias.name for alias in node.names} - {"_core"}
            found |= {file(f"{node.module}.{name}") or file(str(node.module)) for name in names}
    return {one for one in found if one is not None} - {path}


def test_no_circles() -> None:
    """No two files import each other, directly or through others."""
    sorter = graphlib.TopologicalSorter({path: imports(path) for path in SOURCE.rglob("*.py")})
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        circle = " -> ".join(str(path.relative_to(SOURCE)) for path in reversed(error.args[1]))
        pytest.fail(f"a circle: {circle}")


def test_nobody_inside_imports_the_package_itself() -> None:
    """`verhulst/__init__.py` is for users; what is inside imports from where a name stands."""
    roof = SOURCE / "__init__.py"
    assert [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if roof in imports(path)] == []


def test_the_version_is_one() -> None:
    root = SOURCE.parents[1]
    for name in ("pyproject.toml", "meson.build"):
        assert re.search(rf"version\s*[:=]\s*['\"]{re.escape(__version__)}['\"]", (root / name).read_text()), name


def test_there_are_no_rooms_without_a_rule() -> None:
    rooms = {p.name.removesuffix(".py") for p in SOURCE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert rooms - {name.removesuffix(".py") for name in HALL} <= set(ALLOWED)


def test_import_loads_numpy_and_the_core_only() -> None:
    code = "import sys, numpy; before = set(sys.modules); import verhulst; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    heavy = {"scipy", "pandas", "pyarrow", "polars", "matplotlib", "torch", "jax", "dask", "sklearn", "click", "rich"}
    assert not loaded & heavy
    rooms = {name.split(".")[1] for name in done.stdout.split() if name.startswith("verhulst.")}
    assert rooms & set(ALLOWED) == {"functions"}


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_file_is_one_idea(path: pathlib.Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 450
    assert path.stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("stub", sorted(SOURCE.rglob("__init__.pyi")), ids=lambda stub: stub.parent.name)
def test_no_module_has_the_name_of_a_public_function_beside_it(stub: pathlib.Path) -> None:
    """The import system puts a module under its name in its package, where it would hide the function."""
    public = set(re.findall(r"^(?:def|from verhulst\.[\w.]+ import) (\w+)", stub.read_text(), re.MULTILINE))
    assert public
    assert not public & {path.stem for path in stub.parent.glob("*.py")}
