"""Run a user's model once, as diagnostics do, and leave it as it was."""

from __future__ import annotations

import inspect
import random
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy
from torch.nn.utils.rnn import PackedSequence
from torch.utils._pytree import tree_leaves, tree_map


def original(model: Any) -> nn.Module:
    """The model itself, if torch.compile wraps it; refused where it is none, or not made yet.

    Raises
    ------
    TypeError
        If it is no module.
    ValueError
        If it has parameters whose shape is not known yet, or that hold no numbers.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, not {type(model).__name__}")
    module: nn.Module = getattr(model, "_orig_mod", model)
    if any(is_lazy(t) for t in (*module.parameters(), *module.buffers())):
        raise ValueError("the model has lazy parameters, whose shape is not known: run it once on a batch first")
    if any(t.is_meta for t in (*module.parameters(), *module.buffers())):
        raise ValueError("the model has parameters on the device meta, which hold no numbers: move it first")
    return module


def call(model: nn.Module, X: Any) -> Any:
    """Call the model on its input.

    A tuple or list holds positional arguments and a mapping keyword arguments, if forward takes as many or such;
    otherwise, and whatever else it is, it is the one argument.
    """
    if isinstance(X, Mapping) and _takes(model, **X):
        return model(**X)
    if type(X) in (tuple, list) and _takes(model, *X):
        return model(*X)
    return model(X)


def _takes(model: nn.Module, *arguments: Any, **named: Any) -> bool:
    try:
        inspect.signature(model.forward).bind(*arguments, **named)
    except TypeError:
        return False
    except ValueError:  # no signature
        return True
    return True


def tensors(result: Any) -> list[Tensor]:
    """The tensors in what a module takes or returns, those of packed sequences too."""
    found: list[Tensor] = []
    for leaf in tree_leaves(result, is_leaf=lambda node: isinstance(node, PackedSequence)):
        if isinstance(leaf, PackedSequence):
            found.append(leaf.data)
        elif isinstance(leaf, Tensor):
            found.append(leaf)
    return found


def ordinary(given: Any) -> Any:
    """The same with tensors that autograd can follow instead of those made in inference mode."""
    if not any(t.is_inference() for t in tensors(given)):
        return given
    if isinstance(given, PackedSequence):
        return PackedSequence(*(t.clone() if isinstance(t, Tensor) else t for t in given))
    return tree_map(
        lambda node: ordinary(node) if isinstance(node, PackedSequence) else _ordinary_tensor(node),
        given,
        is_leaf=lambda node: isinstance(node, PackedSequence),
    )


def _ordinary_tensor(t: Any) -> Any:
    return t.clone() if isinstance(t, Tensor) and t.is_inference() else t


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Leave the model and the random states as they were, whatever happens inside.

    That is: parameters, buffers, and other tensors, arrays and generators of random numbers that are attributes, of
    which copies are taken; counters and every other attribute; what stands in dictionaries, lists, sets and deques,
    at any depth, but not what other objects hold; training mode; hooks; the parameters' gradients, and whether they
    take any. Functions compiled by torch.compile run as plain Python.
    """
    places = {t.device for t in (*model.parameters(), *model.buffers()) if t.device.type == "cuda"}
    cuda = sorted(place.index for place in places)
    modules = [(module, module.training, dict(vars(module))) for module in model.modules()]
    gradients = [(p, p.grad, p.requires_grad) for p in model.parameters()]
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # the global one, which the model may use
    kept = [_Held.of(thing) for thing in _things(model)]
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=cuda))
        if hasattr(torch.compiler, "set_stance"):
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        try:
            yield
        finally:
            for module, training, attributes in modules:
                vars(module).clear()
                vars(module).update(attributes)
                if module.training != training:  # a ScriptModule keeps it elsewhere
                    module.training = training
            for parameter, gradient, wanted in gradients:
                parameter.grad = gradient
                if parameter.requires_grad != wanted:
                    parameter.requires_grad = wanted
            for held in kept:
                held.restore()
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002


def _restore_tensor(tensor: Tensor, held: Tensor) -> None:
    if tensor.shape != held.shape or tensor.dtype != held.dtype:
        tensor.data = held
    elif tensor.device.type != "meta" and not torch.equal(tensor, held):
        with torch.inference_mode(tensor.is_inference()), torch.no_grad():  # the first may switch gradients on
            tensor.copy_(held)


def _restore_parts(container: Any, held: Any) -> None:
    if _parts(container) != _parts(held):
        container.clear()
        container.update(held) if isinstance(container, dict | set) else container.extend(held)


def _parts(container: Any) -> list[int]:
    """The objects in a container, by identity."""
    return list(map(id, [*container.keys(), *container.values()] if isinstance(container, dict) else container))


def _restore_array(array: Any, held: Any) -> None:
    if array.flags.writeable:
        array[...] = held


class Kind(NamedTuple):
    """Things that change in place: how to copy what they hold, and how to put it back."""

    copy: Callable[[Any], Any]
    restore: Callable[[Any, Any], Any]


KINDS: dict[type, Kind] = {
    Tensor: Kind(lambda t: t.detach().clone(), _restore_tensor),
    np.ndarray: Kind(lambda array: array.copy(), _restore_array),
    torch.Generator: Kind(torch.Generator.get_state, torch.Generator.set_state),
    np.random.Generator: Kind(lambda g: g.bit_generator.state, lambda g, s: setattr(g.bit_generator, "state", s)),
    np.random.RandomState: Kind(np.random.RandomState.get_state, np.random.RandomState.set_state),
    random.Random: Kind(random.Random.getstate, random.Random.setstate),
    tuple: Kind(lambda _: None, lambda *_: None),  # it does not change, but what is in it does
    **dict.fromkeys((dict, list, set, deque), Kind(lambda container: container.copy(), _restore_parts)),
}
CONTAINERS = (dict, list, set, deque, tuple)


def _things(model: nn.Module) -> list[Any]:
    """All of these kinds that the model holds, each once."""
    found: dict[int, Any] = {}
    kinds = tuple(KINDS)
    waiting: list[Any] = [*map(vars, model.modules()), [p.grad for p in model.parameters()]]
    while waiting:
        container = waiting.pop()
        for thing in container.values() if isinstance(container, dict) else container:
            if isinstance(thing, kinds) and not isinstance(thing, np.memmap) and id(thing) not in found:
                found[id(thing)] = thing
                if isinstance(thing, CONTAINERS):
                    waiting.append(thing)
    return list(found.values())


class _Held(NamedTuple):
    """A thing of one of these kinds, and what it held."""

    thing: Any
    kind: Kind
    held: Any

    @classmethod
    def of(cls, thing: Any) -> _Held:
        kind = next(kind for base, kind in KINDS.items() if isinstance(thing, base))
        return cls(thing, kind, kind.copy(thing))

    def restore(self) -> None:
        self.kind.restore(self.thing, self.held)
