"""Parts of a data set, each of which answers questions where it lies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any


class Parts(ABC):
    """A sequence of parts. A question is a function of a part (and of what is given) with a small answer.

    Questions are functions of modules, so that they can be sent to where a part is. An answer depends on the part and
    on what is given alone: it may be asked for twice.
    """

    @abstractmethod
    def __len__(self) -> int:
        """How many there are."""

    @abstractmethod
    def ask_each(self, question: Callable[..., Any], givens: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answers of all parts, in their order, each of which is given something else."""

    @abstractmethod
    def changed_each(self, change: Callable[..., Any], givens: Sequence[tuple[Any, ...]]) -> Parts:
        """What a function makes of each part, which stays where the part is."""

    @abstractmethod
    def chosen(self, places: Sequence[int]) -> Parts:
        """Some of the parts."""

    @abstractmethod
    def ask_in_turn(self, question: Callable[..., Any], *given: Any) -> Iterator[Any]:
        """The answers of the parts, each of which is asked when its answer is needed."""

    @abstractmethod
    def total(self, merge: Callable[[list[Any]], Any], question: Callable[..., Any], *given: Any) -> Any:
        """The answers of all parts, merged in a fixed tree: `merge` has the same result for a list and for its halves.

        The halves are those of a list of a power of two.
        """

    def settled(self) -> Parts:
        """The same parts, which have been made, and stay where they are from here on."""
        return self

    def ask(self, question: Callable[..., Any], *given: Any) -> list[Any]:
        """The answers of all parts, in their order."""
        return self.ask_each(question, [given] * len(self))

    def changed(self, change: Callable[..., Any], *given: Any) -> Parts:
        """What a function makes of each part, which stays where the part is."""
        return self.changed_each(change, [given] * len(self))


@dataclass(frozen=True, eq=False)
class PartsHere(Parts):
    """Parts that are in this process.

    Attributes
    ----------
    parts : tuple
    """

    parts: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.parts)

    def ask_each(self, question: Callable[..., Any], givens: Sequence[tuple[Any, ...]]) -> list[Any]:
        """See `Parts`."""
        return [question(part, *given) for part, given in zip(self.parts, givens, strict=True)]

    def changed_each(self, change: Callable[..., Any], givens: Sequence[tuple[Any, ...]]) -> PartsHere:
        """See `Parts`."""
        return PartsHere(tuple(self.ask_each(change, givens)))

    def chosen(self, places: Sequence[int]) -> PartsHere:
        """See `Parts`."""
        return PartsHere(tuple(self.parts[place] for place in places))

    def ask_in_turn(self, question: Callable[..., Any], *given: Any) -> Iterator[Any]:
        """See `Parts`."""
        return (question(part, *given) for part in self.parts)

    def total(self, merge: Callable[[list[Any]], Any], question: Callable[..., Any], *given: Any) -> Any:
        """See `Parts`."""
        return merge(self.ask(question, *given))
