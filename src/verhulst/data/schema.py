"""The schema of a model file: a check for each field, declared beside the fields of the record that it restores."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

# Texts of a model file are names, levels and sentences, no longer than this.
LONGEST_TEXT = 1_000_000
LARGEST_WHOLE = 2**63 - 1

# Numbers of entries, by the names that a schema gives them: equal names stand for equal numbers.
Sizes = dict[str, int]


class DamagedError(ValueError):
    """Raised if a field of a model file is missing, or not what it should be.

    Parameters
    ----------
    at : str
        The path of the field, such as `fit.coefficients[3]`.
    problem : str
        The rest of the sentence.
    """

    def __init__(self, at: str, problem: str) -> None:
        super().__init__(f"{at or 'the model'} {problem}")


class Check(Protocol):
    """What a field may hold."""

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """Raise `DamagedError` if the field at this path does not hold that."""
        ...


@dataclass(frozen=True)
class Text:
    """Text; one of `among`, if any are given."""

    among: tuple[str, ...] = ()

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        if self.among and not (isinstance(value, str) and value in self.among):
            raise DamagedError(at, f"is {shown(value)}; it must be {' or '.join(map(repr, self.among))}")
        if not isinstance(value, str):
            raise DamagedError(at, f"is {shown(value)}; it must be text")
        if len(value) > LONGEST_TEXT:
            raise DamagedError(at, f"has {len(value):,} characters, more than any text of a model")


@dataclass(frozen=True)
class Truth:
    """True or false."""

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        if not isinstance(value, bool):
            raise DamagedError(at, f"is {shown(value)}; it must be true or false")


@dataclass(frozen=True)
class Number:
    """A number from `low` to `high`; unless `finite`, also infinite or nan."""

    low: float = -math.inf
    high: float = math.inf
    finite: bool = True

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        if not self.holds(value):
            raise DamagedError(at, f"is {shown(value)}; it must be {self}")

    def holds(self, value: Any) -> bool:
        """Whether the value is such a number."""
        if type(value) is int:
            return -1.7e308 < value < 1.7e308 and self.low <= value <= self.high
        if type(value) is not float:
            return False
        return not (self.finite and not math.isfinite(value)) and not (value < self.low or value > self.high)

    def __str__(self) -> str:
        kind = "a finite number" if self.finite else "a number"
        ends = [f"at least {self.low:g}"] if self.low > -math.inf else []
        ends += [f"at most {self.high:g}"] if self.high < math.inf else []
        return f"{kind}{', ' if ends else ''}{' and '.join(ends)}"


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`; if `truth`, also true or false."""

    low: int = 0
    high: int = LARGEST_WHOLE
    truth: bool = False

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        fits = isinstance(value, int) and (self.truth or not isinstance(value, bool))
        if not (fits and self.low <= value <= self.high):
            raise DamagedError(at, f"is {shown(value)}; it must be a whole number from {self.low} to {self.high}")


@dataclass(frozen=True)
class Size:
    """A whole number that is the number of entries of this name."""

    name: str
    low: int = 0
    high: int = LARGEST_WHOLE

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        Whole(self.low, self.high).check(value, at, sizes)
        _expect(value, self.name, at, sizes, "is")


@dataclass(frozen=True)
class Maybe:
    """Null, or what `inner` says."""

    inner: Check

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        if value is not None:
            self.inner.check(value, at, sizes)


@dataclass(frozen=True)
class ListOf:
    """A list of entries, as many as `size` says."""

    inner: Check
    size: str | int | None = None

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        if not isinstance(value, list):
            raise DamagedError(at, f"is {shown(value)}; it must be a list")
        if self.size is not None:
            _expect(len(value), self.size, at, sizes, "has")
        for k, entry in enumerate(value):
            self.inner.check(entry, f"{at}[{k}]", sizes)


def numbers(size: str | int | None, low: float = -math.inf, high: float = math.inf, finite: bool = True) -> ListOf:
    """Return the check of a list of numbers."""
    return ListOf(Number(low, high, finite), size)


@dataclass(frozen=True)
class ByName:
    """An object with any keys, each with what `inner` says."""

    inner: Check

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        if not isinstance(value, dict):
            raise DamagedError(at, f"is {shown(value)}; it must be an object")
        for key, entry in value.items():
            self.inner.check(entry, f"{at}[{key!r}]", sizes)


@dataclass(frozen=True)
class Record:
    """An object with these fields, and no others.

    Attributes
    ----------
    fields : mapping of str to Check
        The fields, in the order in which they are checked.
    optional : tuple of str
        The fields that may be absent.
    rule : callable
        Raises `DamagedError` if fields that are right by themselves contradict each other. It takes the object and its
        path.
    apart : bool
        Whether names of sizes mean other numbers than outside of this record.
    """

    fields: Mapping[str, Check]
    optional: tuple[str, ...] = ()
    rule: Callable[[dict[str, Any], str], None] | None = field(default=None, compare=False)
    apart: bool = False

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        if not isinstance(value, dict):
            raise DamagedError(at, f"is {shown(value)}; it must be an object")
        if self.apart:
            sizes = {}
        for name, check in self.fields.items():
            if name in value:
                check.check(value[name], path(at, name), sizes)
            elif name not in self.optional:
                raise DamagedError(path(at, name), "is missing")
        unknown = next((name for name in value if name not in self.fields), None)
        if unknown is not None:
            raise DamagedError(path(at, str(unknown)[:60]), "is not a field of this version of verhulst")
        if self.rule is not None:
            self.rule(value, at)


@dataclass(frozen=True)
class Either:
    """What the check says that `choose` returns for the value."""

    choose: Callable[[Any], Check]

    def check(self, value: Any, at: str, sizes: Sizes) -> None:
        """See `Check`."""
        self.choose(value).check(value, at, sizes)


def path(at: str, name: str) -> str:
    """Return the path of a field of the record at a path."""
    return f"{at}.{name}" if at else name


def shown(value: Any) -> str:
    """Return a short description of a value of a model file.

    Examples
    --------
    >>> [shown(value) for value in (None, True, -0.5, "a", [1], {"b": 2})]
    ['null', 'true', '-0.5', "'a'", 'a list', 'an object']
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        return "a whole number of more than 64 bits"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _expect(count: int, size: str | int, at: str, sizes: Sizes, verb: str) -> None:
    expected = size if isinstance(size, int) else sizes.setdefault(size, count)
    if count != expected:
        entries = " entries" if verb == "has" else ""
        raise DamagedError(at, f"{verb} {count:,}{entries}, where other fields need {expected:,}")
