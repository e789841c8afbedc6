"""The commands that pages of the documentation show."""

import pathlib
import re
import shlex

HOW_TO = pathlib.Path(__file__).parents[2] / "docs" / "how-to"


def commands_of(page: str) -> list[list[str]]:
    """Return the arguments of each `verhulst` of a how-to page."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    lines = "".join(re.findall("```console\n(.*?)```", text, re.DOTALL)).splitlines()
    return [shlex.split(line.removeprefix("$ "))[1:] for line in lines if re.match(r"(\$ )?verhulst ", line)]
