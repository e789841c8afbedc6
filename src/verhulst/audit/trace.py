"""Trace a torch model: every operation with its tensors, in order.

A dispatch mode sees the operations below autograd, so that functional calls, methods and modules look alike and values
are available. Tensors are identified by the memory that they view, which survives autograd's rewrapping of views.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

# Operations that move numbers without changing their meaning.
MOVES = frozenset(
    """
    _reshape_alias _to_copy _unsafe_view alias as_strided cat clone contiguous copy_ detach diagonal dropout expand
    flatten flip gather index index_select lift_fresh masked_select narrow native_dropout permute repeat reshape roll
    select slice split split_with_sizes squeeze squeeze_ stack t transpose unbind unfold unsqueeze unsqueeze_ view
    view_as_real
    """.split()  # noqa: SIM905
)
# Operations that change numbers only to avoid 0 and 1.
GUARDS = frozenset({"clamp", "clamp_", "clamp_max", "clamp_min", "maximum", "minimum", "nan_to_num"})


@dataclass(eq=False)
class Operation:
    """One operation: its name, where it ran, the operations that made its tensor inputs, and its tensors."""

    namespace: str
    name: str
    where: str
    stack: tuple[nn.Module, ...]
    arguments: tuple[Any, ...]
    inputs: tuple[Operation | None, ...]
    tensors: tuple[Tensor, ...]
    output: Tensor | None
    users: list[Operation] = field(default_factory=list)

    @property
    def label(self) -> str:
        return f"{self.where or 'the loss'} ({self.name})"


def _key(t: Tensor) -> tuple[Any, ...]:
    return (t.untyped_storage()._cdata, t.storage_offset(), tuple(t.shape), tuple(t.stride()))


class Trace(TorchDispatchMode):
    """Record operations inside the context; `watch` the model first to know where an operation ran."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[Operation] = []
        self._made: dict[tuple[Any, ...], Operation] = {}
        self._modules: list[tuple[str, nn.Module]] = []
        self._hooks: list[Any] = []

    def watch(self, model: nn.Module) -> None:
        def enter(name: str) -> Any:
            return lambda module, args: self._modules.append((name, module))

        def leave(module: nn.Module, args: Any, output: Any) -> None:
            self._modules.pop()

        for name, module in model.named_modules():
            self._hooks.append(module.register_forward_pre_hook(enter(name or type(module).__name__)))
            self._hooks.append(module.register_forward_hook(leave))

    def unwatch(self) -> None:
        for hook in self._hooks:
            hook.remove()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        inputs = [a for a in tree_leaves((args, kwargs or {})) if isinstance(a, Tensor)]
        sources = tuple(self._made.get(_key(t)) for t in inputs)
        result = func(*args, **(kwargs or {}))
        outputs = [t for t in tree_leaves(result) if isinstance(t, Tensor)]
        operation = Operation(
            namespace=func._schema.name.split("::")[0],
            name=func._schema.name.split("::")[-1],
            where=self._modules[-1][0] if self._modules else "",
            stack=tuple(module for _, module in self._modules),
            arguments=args,
            inputs=sources,
            tensors=tuple(inputs),
            output=outputs[0] if outputs else None,
        )
        self.operations.append(operation)
        for source in sources:
            if source is not None:
                source.users.append(operation)
        for t in outputs:
            self._made[_key(t)] = operation
        return result


def origins(operation: Operation | None, through: frozenset[str] = MOVES) -> Iterator[Operation]:
    """Yield the operations that made the numbers, looking back through those in `through`."""
    if operation is None:
        return
    if operation.name in through:
        for source in operation.inputs:
            yield from origins(source, through)
    else:
        yield operation


def destinations(operation: Operation, through: frozenset[str] = MOVES) -> Iterator[Operation]:
    """Yield the operations that use the numbers, looking ahead through those in `through`."""
    for user in operation.users:
        if user.name in through:
            yield from destinations(user, through)
        else:
            yield user
