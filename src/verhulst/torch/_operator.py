"""From what the core computes to a torch function that every mode of torch can use.

Eager mode: an autograd.Function, with which backward, double backward, `torch.func.{grad, jvp, vmap, hessian}` work.
Under `torch.compile` (fullgraph): the operator torch.ops.verhulst.NAME, forward and backward; a functorch derivative
taken *inside* the compiled function raises, because torch 2.x would otherwise drop it silently (a plain custom_op
returns a zero tangent).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch._decomp import decomposition_table, register_decomposition

from verhulst.torch import _sharding
from verhulst.torch._forward_mode import forward_rule
from verhulst.torch._kernels import plain, recorded

library = torch.library.Library("verhulst", "DEF")
OPERATORS: list[Any] = []  # all that are defined


def define(
    signature: str,
    on_cpu: Callable[..., Any],
    formula: Callable[..., Any],
    shape_only: Callable[..., Any] = lambda z, *_: torch.empty_like(z),
    independent: _sharding.Dimensions = _sharding.elementwise,
) -> Any:
    """Define the operator torch.ops.verhulst.NAME of that signature, without its derivative.

    Parameters
    ----------
    signature : str
        As torch.library.define takes it.
    on_cpu : callable
        What it does with tensors on the CPU.
    formula : callable
        The same in torch's own functions: for other devices, and for graphs that leave Python.
    shape_only : callable
        Empty tensors like the results, for compilers.
    independent : callable
        The dimensions that can be spread over devices.

    Returns
    -------
    torch._ops.OpOverloadPacket
        The operator.
    """
    name = signature.split("(")[0]
    library.define(signature)
    library.impl(name, on_cpu, "CPU")
    library.impl(name, formula, "CUDA")
    library.impl(name, formula, "MPS")
    torch.library.register_fake(f"verhulst::{name}", shape_only, lib=library)
    operator = getattr(torch.ops.verhulst, name)

    def decomposition(*arguments: Any) -> Any:
        return formula(*arguments)

    decomposition.__name__ = name
    register_decomposition(operator.default, unsafe=True)(decomposition)
    OPERATORS.append(operator.default)
    _sharding.RULES[operator.default] = independent
    return operator


def leaves_python() -> bool:
    """Whether torch.jit.trace or torch.func.functionalize records: they know operators, no Python functions."""
    if torch._C._get_tracing_state() is not None:
        return True
    if not torch._C._are_functorch_transforms_active():
        return False
    innermost = torch._C._functorch.peek_interpreter_stack()
    return bool(innermost.key() == torch._C._functorch.TransformType.Functionalize)


def apply_plain(function: type[torch.autograd.Function], *arguments: Any) -> Any:
    """function.apply(*arguments) for plain tensors: without reading its signature, as transforms need."""
    return super(torch.autograd.Function, function).apply(*arguments)  # type: ignore[misc]


def in_front(info: Any, in_dims: tuple[int | None, ...], *tensors: Tensor) -> list[Tensor]:
    """All with the batch of vmap as their first dimension: an elementwise function needs no more."""
    return [
        t.expand(info.batch_size, *t.shape) if dim is None else t.movedim(dim, 0)
        for t, dim in zip(tensors, in_dims, strict=True)
    ]


class Made(NamedTuple):
    """A function of a tensor and perhaps of numbers.

    Attributes
    ----------
    face : of any tensor
    of_plain : the same of one that `plain` has found plain, outside torch.compile: without further checks
    """

    face: Callable[..., Tensor]
    of_plain: Callable[..., Tensor]


def differentiable(
    operator: Any,
    on_cpu: Callable[..., Tensor],
    backward: Callable[..., Tensor],
    change: Callable[..., Tensor] | None = None,
    batched: Callable[..., Tensor] | None = None,
) -> Made:
    """Make the function of a tensor z, and perhaps of numbers, that the operator is, with its derivative.

    Parameters
    ----------
    operator : torch._ops.OpOverloadPacket
        Made by `define`.
    on_cpu : callable
        What it does with plain tensors on the CPU.
    backward : callable
        (outer gradient, z, *numbers) -> gradient.
    change : callable, optional
        (direction, z, *numbers) -> derivative in that direction; backward itself, unless said.
    batched : callable, optional
        The function of a z whose first dimension counts the cases of a vmap; unless said, itself.

    Returns
    -------
    Made
        The function.
    """
    name = operator.__name__
    in_direction = change or backward

    class Function(torch.autograd.Function):
        """The derivative under every mode and transform."""

        @staticmethod
        def forward(z: Tensor, *numbers: Any) -> Tensor:
            with torch._C._AutoDispatchBelowAutograd():
                result: Tensor = operator(z, *numbers)
            return result

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
            z, *ctx.numbers = inputs
            ctx.save_for_backward(z)
            ctx.save_for_forward(z)

        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
            return backward(gradients[0], *ctx.saved_tensors, *ctx.numbers), *(None,) * len(ctx.numbers)

        @staticmethod
        @forward_rule
        def jvp(ctx: Any, saved: tuple[Tensor], tangent: Tensor, *_: None) -> Tensor:
            return in_direction(tangent, *saved, *ctx.numbers)

        @staticmethod
        def vmap(info: Any, in_dims: tuple[int | None, ...], z: Tensor, *numbers: Any) -> tuple[Tensor, int | None]:
            if batched is None or in_dims[0] is None:
                return face(z, *numbers), in_dims[0]
            return batched(z.movedim(in_dims[0], 0), *numbers), 0

    class Plain(torch.autograd.Function):
        """The same where only autograd watches: four times as quick."""

        @staticmethod
        def forward(ctx: Any, z: Tensor, *numbers: Any) -> Tensor:
            ctx.save_for_backward(z)
            ctx.numbers = numbers
            return on_cpu(z, *numbers)

        backward = Function.backward

    for function in (Function, Plain):
        function.__name__ = function.__qualname__ = name
    library.impl(name, Function.apply, "Autograd")
    apply = super(torch.autograd.Function, Plain).apply  # see apply_plain

    def of_plain(z: Tensor, *numbers: Any) -> Tensor:
        result: Tensor = apply(z, *numbers) if recorded(z) else on_cpu(z, *numbers)
        return result

    def face(z: Tensor, *numbers: Any) -> Tensor:
        if not torch.compiler.is_compiling():
            if plain(z):
                return of_plain(z, *numbers)
            if not leaves_python():
                return Function.apply(z, *numbers)
        result: Tensor = operator(z, *numbers)
        return result

    return Made(face, of_plain)


def decompositions() -> dict[Any, Callable[..., Any]]:
    """Each operator of verhulst in torch's own functions: for graphs that leave Python.

    Returns
    -------
    dict
        Operator -> function, as `torch.export.ExportedProgram.run_decompositions` takes it. The functions are stable
        over the whole range and right at special values, and some units in the last place off where the core is exact.
        `torch.onnx.export` finds them by itself.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> class Model(torch.nn.Module):
    ...     def forward(self, x):
    ...         return vt.sigmoid(x)
    >>> exported = torch.export.export(Model(), (torch.zeros(3),))
    >>> plain = exported.run_decompositions(vt.decompositions())
    >>> "verhulst" in str(plain.graph)
    False
    """
    return {operator: decomposition_table[operator] for operator in OPERATORS}
