"""Parts that lie on the workers of a Dask cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from verhulst.data.errors import DataError
from verhulst.data.parts import Parts
from verhulst.data.workers import Build

FAN_IN = 16  # answers that are merged at a time on a worker; a power of two


@dataclass(frozen=True, eq=False)
class DaskParts(Parts):
    """Futures of parts.

    Attributes
    ----------
    client : distributed.Client
    build : Build
        What all workers have to have.
    futures : tuple of distributed.Future
    homes : tuple of str
        The worker on which each part lies, so that it is not copied to another; empty where that is not known.
    """

    client: Any
    build: Build
    futures: tuple[Any, ...]
    homes: tuple[str, ...] = ()

    @classmethod
    def made(cls, client: Any, build: Build, make: Callable[..., Any], givens: Sequence[tuple[Any, ...]]) -> DaskParts:
        """Parts that workers make, each in its turn."""
        workers = sorted(client.nthreads())
        homes = tuple(workers[k % len(workers)] for k in range(len(givens)))
        nothing = cls(client, build, (None,) * len(givens), homes)
        return cls(client, build, tuple(nothing._submitted(_made, make, givens)), homes)

    def __len__(self) -> int:
        return len(self.futures)

    def ask_each(self, question: Callable[..., Any], givens: Sequence[tuple[Any, ...]]) -> list[Any]:
        """See `Parts`."""
        return self._gathered(self._submitted(_answered, question, givens))

    def changed_each(self, change: Callable[..., Any], givens: Sequence[tuple[Any, ...]]) -> DaskParts:
        """See `Parts`."""
        return DaskParts(self.client, self.build, tuple(self._submitted(_answered, change, givens)), self.homes)

    def settled(self) -> DaskParts:
        """See `Parts`."""
        with said():
            where = self.client.who_has(list(self.futures))
        holders = [where.get(future.key) for future in self.futures]
        return replace(self, homes=tuple(each[0] for each in holders)) if all(holders) else self

    def chosen(self, places: Sequence[int]) -> DaskParts:
        """See `Parts`."""
        homes = tuple(self.homes[place] for place in places) if self.homes else ()
        return DaskParts(self.client, self.build, tuple(self.futures[place] for place in places), homes)

    def ask_in_turn(self, question: Callable[..., Any], *given: Any) -> Iterator[Any]:
        """See `Parts`."""
        start, some = 0, 1  # the first nearly always tells; if not, twice as many are asked at a time
        while start < len(self):
            yield from self.chosen(range(start, min(start + some, len(self)))).ask(question, *given)
            start, some = start + some, 2 * some

    def total(self, merge: Callable[[list[Any]], Any], question: Callable[..., Any], *given: Any) -> Any:
        """See `Parts`."""
        answers = self._submitted(_answered, question, [given] * len(self))
        while len(answers) > FAN_IN:
            some = [answers[start : start + FAN_IN] for start in range(0, len(answers), FAN_IN)]
            answers = [self.client.submit(merge, each, pure=False) for each in some]
        return merge(self._gathered(answers))

    def _submitted(
        self, how: Callable[..., Any], question: Callable[..., Any], givens: Sequence[tuple[Any, ...]]
    ) -> list[Any]:
        """Futures of what the parts answer."""
        with said():
            return [
                self.client.submit(
                    how,
                    part,
                    question,
                    given,
                    self.build,
                    pure=False,
                    workers=[self.homes[place]] if self.homes else None,
                    allow_other_workers=bool(self.homes),
                )
                for place, (part, given) in enumerate(zip(self.futures, givens, strict=True))
            ]

    def _gathered(self, futures: Sequence[Any]) -> list[Any]:
        with said():
            return list(self.client.gather(list(futures)))


def made_in_order(
    client: Any, build: Build, make: Callable[..., Any], givens: Sequence[tuple[Any, ...]]
) -> Iterator[Any]:
    """What workers make, one after the other, a few of them ahead of whoever takes them."""
    ahead = 2 * sum(client.nthreads().values())
    waiting: deque[Any] = deque()
    for given in givens:
        with said():
            waiting.append(client.submit(_made, None, make, given, build, pure=False))
            ready = client.gather(waiting.popleft()) if len(waiting) > ahead else None
        if ready is not None:
            yield ready
    while waiting:
        with said():
            ready = client.gather(waiting.popleft())
        yield ready


def _answered(part: Any, question: Callable[..., Any], given: tuple[Any, ...], build: Build) -> Any:
    build.require()
    return question(part, *given)


def _made(_: None, make: Callable[..., Any], given: tuple[Any, ...], build: Build) -> Any:
    build.require()
    return make(*given)


@contextmanager
def said() -> Iterator[None]:
    """Say in words what may go wrong with a cluster.

    Raises
    ------
    DataError
        If a part ended several workers, a worker lacks memory or verhulst, or the scheduler is gone.
    """
    from asyncio import CancelledError as Cancelled
    from concurrent.futures import CancelledError

    from distributed import KilledWorker
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError

    try:
        yield
    except KilledWorker as error:
        raise DataError(
            f"a task was given up after the workers that had it ended, {error.allowed_failures + 1} times. They may "
            "have too little memory: allow them more, or make smaller row groups or partitions."
        ) from None
    except (CommClosedError, CancelledError, FutureCancelledError, Cancelled, TimeoutError):
        raise DataError(
            "the connection to the scheduler was lost, and with it the work on the cluster. Start the cluster and the "
            "command again."
        ) from None
    except ModuleNotFoundError as error:
        raise DataError(
            f"a worker has no module {error.name!r}: install verhulst[dask] where the workers are."
        ) from None
