"""Run a user's model once, as diagnostics do, and leave it as it was."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator, Mapping
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
        If it has parameters whose shape is not known yet.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, not {type(model).__name__}")
    module: nn.Module = getattr(model, "_orig_mod", model)
    if any(is_lazy(t) for t in (*module.parameters(), *module.buffers())):
        raise ValueError("the model has lazy parameters, whose shape is not known: run it once on a batch first")
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

    That is: parameters, buffers, and other tensors that are attributes, of which copies are taken; counters and every
    other attribute; training mode; hooks; the parameters' gradients. Functions compiled by torch.compile run as plain
    Python.
    """
    places = {t.device for t in (*model.parameters(), *model.buffers()) if t.device.type == "cuda"}
    cuda = sorted(place.index for place in places)
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # the global one, which the model may use
    kept = [_Attributes.of(module) for module in model.modules()]
    values = [_Value.of(t) for t in _changeable(model)]
    gradients = [(p, p.grad) for p in model.parameters()]
    with ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(devices=cuda))
        if hasattr(torch.compiler, "set_stance"):
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        try:
            yield
        finally:
            for attributes in kept:
                attributes.restore()
            for parameter, gradient in gradients:
                parameter.grad = gradient
            for value in values:
                value.restore()
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002


def _changeable(model: nn.Module) -> list[Tensor]:
    found = [*model.parameters(), *model.buffers(), *(p.grad for p in model.parameters() if p.grad is not None)]
    for module in model.modules():
        found += [value for value in vars(module).values() if isinstance(value, Tensor)]
    return list({id(t): t for t in found}.values())


class _Value(NamedTuple):
    """A tensor, and what it held."""

    tensor: Tensor
    held: Tensor

    @classmethod
    def of(cls, tensor: Tensor) -> _Value:
        return cls(tensor, tensor.detach().clone())

    def restore(self) -> None:
        if self.tensor.device.type == "meta" or torch.equal(self.tensor, self.held):
            return
        with torch.inference_mode(self.tensor.is_inference()), torch.no_grad():  # the first may switch gradients on
            self.tensor.copy_(self.held)


class _Attributes(NamedTuple):
    """A module, its attributes, and the contents of those that are dictionaries, lists or sets."""

    module: nn.Module
    training: bool
    values: dict[str, Any]
    contents: dict[str, Any]

    @classmethod
    def of(cls, module: nn.Module) -> _Attributes:
        values = dict(vars(module))
        contents = {name: value.copy() for name, value in values.items() if isinstance(value, dict | list | set)}
        return cls(module, module.training, values, contents)

    def restore(self) -> None:
        own = vars(self.module)
        for name in own.keys() - self.values.keys():
            del own[name]
        own.update(self.values)
        for name, content in self.contents.items():
            value = own[name]
            if _parts(value) == _parts(content):
                continue
            value.clear()
            value.extend(content) if isinstance(value, list) else value.update(content)
        if self.module.training != self.training:
            self.module.training = self.training


def _parts(value: Any) -> list[int]:
    """The objects in a dictionary, a list or a set, by identity."""
    return list(map(id, [*value.keys(), *value.values()] if isinstance(value, dict) else value))
