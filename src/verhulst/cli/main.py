"""The entry point of the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

from verhulst import _process


def main() -> None:
    """Run the command line and exit with its exit code.

    0: done. 1: a quality gate failed (`--fail-if`). 2: usage (an unknown command, option, file, column or folder) or an
    output that cannot be written. 3: bad data, model file or module. 70: a fault in verhulst itself. 129, 130, 143: a
    signal.
    """
    _process.prepare()
    if sys.argv[1:2] != ["audit"]:
        sys.meta_path.insert(0, _WithoutPandas)
    try:
        from verhulst.cli.group import verhulst
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in ("click", "rich"):
            raise
        print(f"The command line needs {module}, which is not installed: pip install 'verhulst[cli]'", file=sys.stderr)
        sys.exit(2)
    verhulst(prog_name="verhulst")


class _WithoutPandas:
    """Hides pandas, which pyarrow would import, for a quarter of a second, to see whether a list is one of its objects.

    Only code that a user names for an audit can have any, and formulaic, which formulas need.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> None:
        """Refuse to find pandas, and leave other modules to the finders below."""
        if name == "pandas" and "formulaic" not in sys.modules:
            raise ModuleNotFoundError("only formulas need pandas", name="pandas")
