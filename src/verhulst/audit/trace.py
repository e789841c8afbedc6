"""Trace a torch model: every operation with its tensors, in order.

A dispatch mode sees the operations below autograd, so that functional calls, methods and modules look alike and values
are available; a function mode sees the functions that consist of several operations, verhulst's own among them, and
records each as one. Tensors are identified by the memory that they view, which survives autograd's rewrapping of views.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

import verhulst.torch as vt
from verhulst.torch._run_once import tensors

# Operations that move numbers without changing their meaning.
MOVES = frozenset(
    """
    _reshape_alias _to_copy _unsafe_view alias alpha_dropout as_strided cat clone contiguous copy_ detach diagonal
    dropout dropout1d dropout2d dropout3d expand feature_alpha_dropout flatten flip gather index index_select lift_fresh
    masked_fill masked_fill_ masked_select narrow native_dropout permute repeat reshape roll select slice split
    split_with_sizes squeeze squeeze_ stack t transpose unbind unfold unsqueeze unsqueeze_ view view_as_real
    """.split()  # noqa: SIM905
)
# Operations that change numbers only to avoid 0 and 1.
GUARDS = frozenset({"clamp", "clamp_", "clamp_max", "clamp_min", "maximum", "minimum", "nan_to_num"})
# Functions that are recorded as one operation.
WHOLE = {vars(vt)[name] for name in vt.__all__ if inspect.isfunction(vars(vt)[name])} | {
    function
    for name, function in vars(nn.functional).items()
    if inspect.isfunction(function) and (name == "kl_div" or "dropout" in name)
}


@dataclass(eq=False)
class Operation:
    """One operation.

    Attributes
    ----------
    namespace, name, where : str
        Its library, its name, and the module in which it ran.
    stack : tuple of torch.nn.Module
        That module and those around it.
    named : dict
        Its arguments by name.
    inputs : tuple of Operation or None
        The operations that made its tensor arguments.
    tensors : tuple of Tensor
        Those arguments.
    output : Tensor or None
        Its first result.
    users : list of Operation
        The operations that take its results.
    by_hand : str
        "sigmoid" or "softmax" if its result is that of other operations; else "".
    """

    namespace: str
    name: str
    where: str
    stack: tuple[nn.Module, ...]
    named: dict[str, Any]
    inputs: tuple[Operation | None, ...]
    tensors: tuple[Tensor, ...]
    output: Tensor | None
    users: list[Operation] = field(default_factory=list)
    by_hand: str = ""

    @property
    def label(self) -> str:
        return f"{self.where or 'the loss'} ({self.name}{f', a {self.by_hand} by hand' if self.by_hand else ''})"


def _memory(t: Tensor) -> int:
    """Tensors that view the same memory have the same number."""
    try:
        return int(t.untyped_storage()._cdata)
    except (NotImplementedError, RuntimeError):  # sparse tensors, and those inside a transform of torch.func
        return id(t)


def _apart(t: Tensor, memories: set[int]) -> Tensor:
    """The tensor, or a copy if its memory is one of these."""
    return t.detach().clone() if _memory(t) in memories else t


def _key(t: Tensor) -> tuple[Any, ...]:
    try:
        return (t.untyped_storage()._cdata, t.storage_offset(), tuple(t.shape), tuple(t.stride()))
    except (NotImplementedError, RuntimeError):  # sparse tensors, and those inside a transform of torch.func
        return (id(t),)


class Trace:
    """Record operations inside the context; `watch` the model first to know where an operation ran."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._made: dict[tuple[Any, ...], Operation] = {}
        self._modules: list[tuple[str, nn.Module]] = []
        self._inside = False
        self._modes = ExitStack()

    def watch(self, model: nn.Module) -> None:
        """Register hooks; whoever runs the model removes them."""

        def enter(name: str) -> Any:
            return lambda module, args: self._modules.append((name, module))

        def leave(module: nn.Module, args: Any, output: Any) -> None:
            self._modules.pop()

        for name, module in model.named_modules():
            if not isinstance(module, torch.jit.ScriptModule):  # takes no hooks
                module.register_forward_pre_hook(enter(name or type(module).__name__))
                module.register_forward_hook(leave, always_call=True)

    def __enter__(self) -> Trace:
        self._modes.enter_context(_Functions(self))
        self._modes.enter_context(_Operations(self))
        return self

    def __exit__(self, *error: object) -> None:
        self._modes.close()
        for operation in self.operations:
            operation.tensors = tuple(t.detach() for t in operation.tensors)
            operation.output = None if operation.output is None else operation.output.detach()

    def _kept(self, inputs: list[Tensor], written: list[Tensor]) -> tuple[Tensor, ...]:
        """The inputs; copies of those about to be written over, which the operations so far get as well."""
        memories = {_memory(t) for t in written}
        for operation in self.operations if memories else ():
            operation.tensors = tuple(_apart(t, memories) for t in operation.tensors)
            operation.output = None if operation.output is None else _apart(operation.output, memories)
        return tuple(_apart(t, memories) for t in inputs)

    def record(
        self, namespace: str, name: str, call: Callable[[], Any], named: dict[str, Any], whole: bool, written: Any
    ) -> Any:
        """Run the call and record it, unless it is a part of one that is recorded as a whole."""
        if self._inside or (whole and torch._C._are_functorch_transforms_active()):  # then its parts are recorded
            return call()
        inputs = tensors(named)
        sources = tuple(self._made.get(_key(t)) for t in inputs)
        self._inside = True
        try:
            kept = self._kept(inputs, tensors(written))
            self._inside = whole
            result = call()
        finally:
            self._inside = False
        outputs = tensors(result)
        operation = Operation(
            namespace=namespace,
            name=name,
            where=self._modules[-1][0] if self._modules else "",
            stack=tuple(module for _, module in self._modules),
            named=named,
            inputs=sources,
            tensors=kept,
            output=outputs[0] if outputs else None,
        )
        self.operations.append(operation)
        for source in sources:
            if source is not None:
                source.users.append(operation)
        for t in outputs:
            self._made[_key(t)] = operation
        return result


class _Operations(TorchDispatchMode):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        namespace, _, name = func._schema.name.partition("::")
        named = dict(zip((argument.name for argument in func._schema.arguments), args, strict=False)) | kwargs
        written = [named.get(a.name) for a in func._schema.arguments if a.alias_info and a.alias_info.is_write]
        return self.trace.record(namespace, name, lambda: func(*args, **kwargs), named, False, written)


class _Functions(TorchFunctionMode):
    def __init__(self, trace: Trace) -> None:
        super().__init__()
        self.trace = trace

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in WHOLE:
            return func(*args, **kwargs)
        named = inspect.signature(func).bind(*args, **kwargs).arguments
        namespace = "verhulst" if func.__module__.startswith("verhulst") else "torch"
        written = named if named.get("inplace") else ()
        return self.trace.record(namespace, func.__name__, lambda: func(*args, **kwargs), named, True, written)


def origins(operation: Operation | None, through: frozenset[str] = MOVES) -> Iterator[Operation]:
    """Yield the operations that made the numbers, looking back through those in `through`."""
    if operation is None:
        return
    if operation.name in through and not operation.by_hand:
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
