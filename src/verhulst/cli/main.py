"""The entry point of the command line."""

from __future__ import annotations

import io
import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line and exit with its exit code.

    0: done. 1: a quality gate failed (`--fail-if`). 2: usage (an unknown command, option, file, column or folder).
    3: bad data or model file. 70: a fault in verhulst itself. 130: interrupted.
    """
    try:
        from verhulst.cli.group import verhulst
    except ModuleNotFoundError as error:
        module = (error.name or "").partition(".")[0]
        if module not in ("click", "rich"):
            raise
        print(f"The command line needs {module}, which is not installed: pip install 'verhulst[cli]'", file=sys.stderr)
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # On a terminal that cannot show ² or σ print a question mark; do not fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    # SIGTERM unwinds the stack like Ctrl-C, so that no incomplete file is left behind.
    signal.signal(signal.SIGTERM, _terminate)
    verhulst(prog_name="verhulst")


def _terminate(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
