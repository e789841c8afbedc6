"""Quality gates: conditions such as "ece > 0.05" that make a command fail."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import click

from verhulst.data.errors import did_you_mean

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_FORM = re.compile(r"\s*([a-z_0-9.]+)\s*(>=|<=|>|<)\s*([-+.0-9a-z]+)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Gate:
    """A gate that fails if `name` `sign` `bound` holds, or if the value is nan."""

    name: str
    sign: str
    bound: float

    @classmethod
    def parse(cls, text: str, names: Collection[str]) -> Gate:
        """Return the gate with this text; `names` are the known measures.

        Raises
        ------
        click.BadParameter
            If the text has another form, or the measure does not exist.
        """
        found = _FORM.fullmatch(text)
        try:
            bound = float(found[3]) if found else float("nan")
        except ValueError:
            bound = float("nan")
        if found is None or bound != bound:
            raise click.BadParameter(
                f'{text!r} is not a condition; write a measure, <, <=, > or >= and a number: "ece > 0.05"',
                param_hint="--fail-if",
            )
        name = found[1].lower()
        if name not in names:
            hint = did_you_mean(name, names, f"The measures are {', '.join(names)}.")
            raise click.BadParameter(f"there is no measure {name!r}.{hint}", param_hint="--fail-if")
        return cls(name, found[2], bound)

    def failure(self, value: float) -> str | None:
        """Return a message if the condition holds for this value of the measure, otherwise None."""
        if value != value:
            return f"{self.name} cannot be computed from these data, so {self} cannot be ruled out."
        if _OPERATORS[self.sign](value, self.bound):
            # All digits if six of them are those of the bound.
            text = f"{value!r}" if f"{value:.6g}" == f"{self.bound:.6g}" else f"{value:.6g}"
            return f"{self.name} is {text}, which is {self.sign} {self.bound:.15g}."
        return None

    def __str__(self) -> str:
        return f"{self.name} {self.sign} {self.bound:.15g}"
