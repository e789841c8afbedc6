"""What is wrong with a table, each with the option that goes round it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from verhulst._numbers import counted

# Options whose values are joined by commas, and those that may be given once for each column.
_JOINED = ("--exclude", "--categorical", "--na-values", "--text")
_SENTENCE = re.compile(r"(?<!such as)\. (?=[A-Z])")


@dataclass(frozen=True)
class Problem:
    """Something wrong with a table.

    Attributes
    ----------
    kind : str
        A word for it, such as "missing values" or "identifier".
    column : str or None
        The column; None for the whole table.
    stops : bool
        Whether a fit refuses the table because of it. Other problems make results doubtful.
    matter : str
        What it is, a sentence.
    option : str
        The option of the command `fit` that goes round it, such as "--exclude customer_id"; empty if there is none.
    """

    kind: str
    column: str | None
    stops: bool
    matter: str
    option: str = ""


@dataclass(frozen=True)
class TableCheck:
    """The problems of a table, as `check` finds them.

    Attributes
    ----------
    source : str
        The name of the table; empty for one in memory.
    rows, columns : int
        The size of the table.
    looked_at : int
        The rows in which columns were compared with each other and with the outcome.
    target : str or None
    problems : tuple of Problem
        Those that stop a fit first.
    """

    source: str
    rows: int
    columns: int
    looked_at: int
    target: str | None
    problems: tuple[Problem, ...]

    @property
    def stops(self) -> tuple[Problem, ...]:
        """The problems that stop a fit."""
        return tuple(problem for problem in self.problems if problem.stops)

    @property
    def options(self) -> str:
        """All options together, as they are written behind `verhulst fit DATA --target COLUMN`."""
        return _joined(self.problems)

    @property
    def options_of_stops(self) -> str:
        """The options for the problems that stop a fit."""
        return _joined(self.stops)

    def lines(self) -> list[str]:
        """Return the check as sentences, one for each problem, with its option."""
        said = []
        for number, problem in enumerate(self.problems, 1):
            option = f" -> {problem.option}" if problem.option else ""
            said.append(f"{number}. {problem.matter}{option}")
        return said

    def __repr__(self) -> str:
        return "\n".join([self.headline, *self.lines(), *([f"All options: {self.options}"] if self.options else [])])

    @property
    def headline(self) -> str:
        """How many problems there are."""
        where = f"{self.source or 'the table'}: {counted(self.rows, 'row')}, {counted(self.columns, 'column')}"
        if not self.problems:
            return f"{where}; no problems found"
        number, stops = len(self.problems), len(self.stops)
        return f"{where}; {counted(number, 'problem')}, of which {stops} stop{'s' * (stops == 1)} a fit"

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li>{escape(each.matter)}{f' <code>{escape(each.option)}</code>' if each.option else ''}</li>"
            for each in self.problems
        )
        return f"<p>{escape(self.headline)}</p><ol>{items}</ol>"

    def to_json(self) -> dict[str, Any]:
        """Return the check as JSON data."""
        return asdict(self) | {
            "problems": [asdict(problem) for problem in self.problems],
            "options": self.options,
        }


def first_sentence(error: object, at: str = "") -> str:
    """Return the first sentence of a message, without the name of the table: what is wrong, not what to do.

    Examples
    --------
    >>> first_sentence("t.csv: column 'a' has no values. Exclude it (--exclude a).", "t.csv: ")
    "Column 'a' has no values."
    """
    text = _SENTENCE.split(str(error).removeprefix(at), maxsplit=1)[0].rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def option(name: str, *values: str) -> str:
    """Return an option as it is typed.

    Examples
    --------
    >>> option("--exclude", "customer id"), option("--missing", "drop"), option("--na-values", "-1")
    ("--exclude 'customer id'", '--missing drop', '--na-values=-1')
    """
    text = ",".join(values)
    return f"{name}={shlex.quote(text)}" if text.startswith("-") else f"{name} {shlex.quote(text)}"


def na_values_option(marks: Sequence[str]) -> str:
    """Return the option that makes texts missing values; nothing if they cannot be typed as a list.

    Examples
    --------
    >>> na_values_option(["N.A.", "no answer"]), na_values_option(["", "-"])
    ("--na-values 'N.A.,no answer'", '')
    """
    typed = bool(marks) and all(mark.strip() and "," not in mark for mark in marks)
    return option("--na-values", *marks) if typed else ""


def joined_options(options: Iterable[str]) -> str:
    """Return options as one line, those of lists of columns joined.

    Examples
    --------
    >>> joined_options(["--exclude a", "--missing drop", "--exclude b", "", "--missing drop", "--date d=days"])
    '--exclude a,b --missing drop --date d=days'
    """
    lists: dict[str, list[str]] = {}
    others: list[str] = []
    for text in dict.fromkeys(filter(None, options)):
        words = shlex.split(text)
        name, _, given = words[0].partition("=")
        value = given or " ".join(words[1:])
        if name in _JOINED and (name != "--exclude" or "," not in value):
            lists.setdefault(name, []).append(value)
            if len(lists[name]) == 1:
                others.append(name)
        else:
            others.append(text)
    return " ".join(option(each, *dict.fromkeys(lists[each])) if each in lists else each for each in others)


def _joined(problems: Sequence[Problem]) -> str:
    """Return the options of problems; of a column that is left out no other."""
    out = {problem.column for problem in problems if problem.option.startswith("--exclude")}
    return joined_options(
        problem.option
        for problem in problems
        if problem.column not in out or problem.option.startswith(("--exclude", "--na", "--decimal", "--positive"))
    )


def sorted_problems(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems that stop a fit first, otherwise in the order in which they were found."""
    return tuple(sorted(problems, key=lambda problem: not problem.stops))
