"""A Dask client whose workers are simulated: tasks are computed at once, and the time they would take is added up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Costs:
    """What the parts of a fit cost.

    Attributes
    ----------
    decode, prepare, kernel : seconds of a worker for a row: to read, decode and check it, for all else that is done
        once, in a pass
    task : seconds of the process that asks, and of the scheduler, for a task
    merge : seconds of a worker to add up what a few parts answer
    record : bytes of an answer
    latency, bandwidth : seconds until a message arrives, and bytes a second, between two machines
    detection : seconds until a worker that ended is missed
    """

    decode: float
    prepare: float
    kernel: float
    task: float
    merge: float
    record: int
    latency: float = 0.5e-3
    bandwidth: float = 1e9
    detection: float = 5.0

    @property
    def sent(self) -> float:
        """Seconds until an answer has arrived."""
        return self.latency + self.record / self.bandwidth


@dataclass(frozen=True)
class Answer:
    """A future: its value, the worker that has it, and when it has it."""

    value: Any
    worker: int
    ready: float


@dataclass
class SimulatedCluster:
    """Stands for a client in `verhulst.data.dask_parts.DaskParts`.

    A worker has one thread and takes its tasks in their order. What a worker had when it ended is read and computed
    again by those that have least to do.

    Attributes
    ----------
    costs : Costs
    rows : of a part
    speeds : of each worker; that of 0.5 takes twice as long
    ends : when workers end, by their number
    clock : when the process that asks has done what it was asked for
    """

    costs: Costs
    rows: int
    speeds: Sequence[float]
    ends: dict[int, float] = field(default_factory=dict)
    clock: float = 0.0
    again: int = 0

    def __post_init__(self) -> None:
        self._free = [0.0] * len(self.speeds)
        self._homes = {f"worker {k}": k for k in range(len(self.speeds))}

    def homes(self, parts: int) -> tuple[str, ...]:
        """The worker on which each part lies."""
        names = list(self._homes)
        return tuple(names[k % len(names)] for k in range(parts))

    def submit(self, function: Callable[..., Any], first: Any, *given: Any, **where: Any) -> Answer:
        """See `distributed.Client`."""
        self.clock += self.costs.task
        if isinstance(first, list):
            ready = max(each.ready + self.costs.sent * (each.worker != first[0].worker) for each in first)
            value = function([each.value for each in first])
            return self._computed(value, first[0].worker, max(ready, self.clock), self.costs.merge)
        home = self._homes[where["workers"][0]]
        return self._computed(function(first, *given), home, self.clock, self.rows * self.costs.kernel)

    def gather(self, answers: Sequence[Answer]) -> list[Any]:
        """See `distributed.Client`."""
        self.clock = max(self.clock, *(each.ready + self.costs.sent for each in answers))
        return [each.value for each in answers]

    def _computed(self, value: Any, worker: int, start: float, seconds: float) -> Answer:
        if worker in self.ends:
            self.again += 1
            start = max(start, self.ends[worker] + self.costs.detection)
            seconds += self.rows * (self.costs.decode + self.costs.prepare)
            worker = min(set(range(len(self._free))) - self.ends.keys(), key=self._free.__getitem__)
        self._free[worker] = max(self._free[worker], start) + seconds / self.speeds[worker]
        return Answer(value, worker, self._free[worker])


def seconds_of_pass(costs: Costs, parts: int, rows: int, workers: int, fan_in: int) -> float:
    """How long a pass takes if nothing goes wrong: tasks are sent one by one, parts computed, answers merged in a tree.

    Parameters
    ----------
    costs : Costs
    parts, rows : how many parts, of how many rows each
    workers, fan_in : how many workers, and answers that are merged at a time
    """
    depth = max(0, math.ceil(math.log(parts, fan_in)) - 1)
    merges = sum(math.ceil(parts / fan_in**level) for level in range(1, depth + 1))
    sending = costs.task * (parts + merges)
    computing = costs.task * min(parts, workers) + rows * costs.kernel * math.ceil(parts / workers)
    computing += merges / workers * costs.merge
    return max(sending, computing) + depth * (costs.merge + costs.sent) + costs.sent
