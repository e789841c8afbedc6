"""The states of recurrent units, and x, as the user gives them: checked before anything is computed."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.fx import Proxy

from verhulst.torch._arguments import real, same_device, under_autocast
from verhulst.torch._gates import Kind


def check_integers(**sizes: Any) -> None:
    """Refuse what is no integer."""
    for name, size in sizes.items():
        if not isinstance(size, int) or isinstance(size, bool):
            raise TypeError(f"{name} must be an int, not {type(size).__name__}")


def check_sizes(**sizes: Any) -> None:
    """Refuse what is no integer of at least 1."""
    check_integers(**sizes)
    if any(size < 1 for size in sizes.values()):
        given = " and ".join(str(size) for size in sizes.values())
        raise ValueError(f"{' and '.join(sizes)} must be at least 1, not {given}")


def check_input(module: nn.Module, x: Any, weight: Tensor, unit: str) -> None:
    """Whether x is a tensor of the features and the type that the module takes, where its weights are."""
    if isinstance(x, Proxy):
        raise TypeError(
            f"torch.fx cannot record the steps of a recurrent {unit}: trace with a torch.fx.Tracer whose "
            f"is_leaf_module is true of {type(module).__name__}, as it is of torch.nn's own"
        )
    if not isinstance(x, Tensor):
        raise TypeError(f"x must be a tensor, not {type(x).__name__}")
    real(x, "x")
    same_device(x, "x", weight, "the weights")
    if x.ndim == 0 or x.shape[-1] != module.input_size:
        features = f"{x.shape[-1]} features" if x.ndim else "no dimension"
        raise ValueError(f"x has {features}; this {unit} takes {module.input_size}")
    if x.dtype != weight.dtype and not under_autocast(x):
        raise ValueError(f"x is of {x.dtype} and the weights of {weight.dtype}: convert one of them")


def states_of(kind: Kind, given: Any, shapes: tuple[tuple[int, ...], ...], x: Tensor, unit: str) -> tuple[Tensor, ...]:
    """The states given, each of its shape; zeros of x's type where none is given."""
    if given is None:
        return tuple(x.new_zeros(shape) for shape in shapes)
    if len(kind.states) > 1:
        words = f"the state of an {kind.name} is a pair (h, c) of tensors"
        if isinstance(given, Tensor) or not isinstance(given, (tuple, list)):
            raise TypeError(f"{words}, not {type(given).__name__}")
        if len(given) != len(kind.states):
            raise ValueError(f"{words}, not {len(given)}")
    else:
        given = (given,)
    for name, state, shape in zip(kind.states, given, shapes, strict=True):
        if not isinstance(state, Tensor):
            raise TypeError(f"the state {name} must be a tensor, not {type(state).__name__}")
        real(state, f"the state {name}")
        if state.device != x.device or (state.dtype != x.dtype and not under_autocast(x)):
            raise ValueError(
                f"the state {name} must be of {x.dtype} on {x.device}, as x is, not {state.dtype} on {state.device}"
            )
        if state.ndim and state.shape[-1] != shape[-1]:
            raise ValueError(f"the state {name} has {state.shape[-1]} features; this {unit} has {shape[-1]}")
        if tuple(state.shape) != shape:
            raise ValueError(f"the state {name} must have the shape {shape}, not {tuple(state.shape)}")
    return tuple(given)
