"""How operators work on tensors that are spread over several devices (torch.distributed.tensor.DTensor)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Operator -> (*arguments) -> the dimensions of its tensors in which each part can be computed by itself, with what
# those dimensions are in the results.
Dimensions = Callable[..., list[tuple[int, int]]]
RULES: dict[Any, Dimensions] = {}


def elementwise(z: Any, *_: Any) -> list[tuple[int, int]]:
    return [(d, d) for d in range(z.ndim)]


def register() -> None:
    """Tell DTensor the rules that it has not been told yet; it must have been imported."""
    if not RULES:
        return
    from torch.distributed.tensor import Replicate, Shard
    from torch.distributed.tensor.experimental import register_sharding

    while RULES:
        operator, independent = RULES.popitem()
        schema = operator._schema
        tensors = [str(argument.type) == "Tensor" for argument in schema.arguments]

        def placements(
            *arguments: Any,
            independent: Dimensions = independent,
            tensors: list[bool] = tensors,
            results: int = len(schema.returns),
        ) -> Any:
            given = tensors[: len(arguments)]
            acceptable: list[Any] = [([Replicate()] * results, [Replicate() if t else None for t in given])]
            for before, after in independent(*arguments):
                acceptable.append(([Shard(after)] * results, [Shard(before) if t else None for t in given]))
            return acceptable

        register_sharding(operator)(placements)
