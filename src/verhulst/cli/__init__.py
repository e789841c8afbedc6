"""The command line: `verhulst COMMAND`. One file per command, imported when the command is given."""

from verhulst.cli.main import main

__all__ = ["main"]
