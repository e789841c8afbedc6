"""What becomes of the gradient on its way back through a model: layer by layer, in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge, get_gradient_edge
from torch.nn.modules.conv import _ConvNd

from verhulst.torch._kernels import double
from verhulst.torch._layer_gates import called_gates, has_gates
from verhulst.torch._run_once import call, ordinary, original, tensors, undisturbed

SIGMOIDS = (nn.Sigmoid, nn.Hardsigmoid)
RECTIFIERS = (nn.ReLU, nn.ReLU6)
GATE_BINS = 20


@dataclass(frozen=True)
class LayerFlow:
    """One layer of a model, seen from the loss.

    Attributes
    ----------
    name, kind, dtype : str
        The module's name in the model, its class, and the type of its output.
    gradient_norm : float
        Euclidean norm of the gradient of the loss in the layer's output.
    parameter_gradient_norm : float
        The same in its parameters; nan where it has none.
    saturated : float or None
        For sigmoid and tanh: share of outputs whose slope is under 1e-3.
    rounded : float or None
        For sigmoid and tanh: share of outputs that are exactly the limit in the dtype used.
    dead : float or None
        For ReLU: share of units (features of a linear layer, channels of a convolution) that are 0 for every row of the
        batch, and at every place.
    gates : dict or None
        For LSTM and GRU: gate -> counts of its values in 20 equal bins over (0, 1) (candidate: (-1, 1)), over all
        layers and directions.
    """

    name: str
    kind: str
    dtype: str
    gradient_norm: float
    parameter_gradient_norm: float
    saturated: float | None = None
    rounded: float | None = None
    dead: float | None = None
    gates: Mapping[str, tuple[int, ...]] | None = None


@dataclass(frozen=True)
class GradientFlow:
    """The layers of a model in the order in which they ran, and the loss.

    Attributes
    ----------
    loss : float
        Its value.
    layers : tuple of LayerFlow
        First layer first.
    """

    loss: float
    layers: tuple[LayerFlow, ...]

    @property
    def first_to_last(self) -> float:
        """Gradient norm at the first layer's output over that at the last one's: far below 1, it vanishes."""
        if not self.layers or self.layers[-1].gradient_norm == 0:
            return math.nan
        return self.layers[0].gradient_norm / self.layers[-1].gradient_norm

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        return asdict(self)

    def __repr__(self) -> str:
        lines = [f"loss {self.loss:.6g}", f"{'layer':24} {'kind':12} {'gradient':>10} {'in weights':>10}  remarks"]
        for layer in self.layers:
            remarks = [
                f"{share:.1%} {word}"
                for share, word in ((layer.saturated, "saturated"), (layer.rounded, "rounded"), (layer.dead, "dead"))
                if share
            ]
            weights = "" if math.isnan(layer.parameter_gradient_norm) else f"{layer.parameter_gradient_norm:.3g}"
            numbers = f"{layer.gradient_norm:10.3g} {weights:>10}"
            lines.append(f"{layer.name:24} {layer.kind:12} {numbers}  {', '.join(remarks)}".rstrip())
        return "\n".join(lines)


def gradient_flow(model: nn.Module, batch: tuple[Any, Any], loss: Callable[[Any, Any], Tensor]) -> GradientFlow:
    """Run one batch forward and back, and measure the gradient at every layer.

    Parameters
    ----------
    model : torch.nn.Module
        Its layers are its modules with parameters of their own or without submodules; plain functions are not seen. A
        compiled model is run uncompiled.
    batch : tuple
        (X, y). X is the model's input: a tensor or packed sequence, a tuple of arguments, or a mapping of keyword
        arguments.
    loss : callable
        (model output, y) -> scalar Tensor.

    Returns
    -------
    GradientFlow
        The layers in the order in which they ran; one that ran several times is there as often.

    Raises
    ------
    ValueError
        If the loss is not a scalar or depends on no layer, or no layer ran.
    TypeError
        If the arguments are no model, pair and callable. Errors of the model and the loss are passed on.

    Notes
    -----
    The model is left as it was, also when it raises an error: gradients, buffers such as running statistics, counters
    and other attributes (arrays, generators of random numbers, dictionaries, lists and what is in them, but not what
    objects of other classes hold), training mode, hooks; so are the random states of torch, NumPy and Python.

    Saturation is judged in the dtype that really ran: a bfloat16 sigmoid rounds to 1 from z = 6.24 on, a float32 one
    from 17.33.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> _ = torch.manual_seed(0)
    >>> deep = torch.nn.Sequential(*[m for _ in range(8) for m in (torch.nn.Linear(4, 4), torch.nn.Sigmoid())])
    >>> flow = vt.gradient_flow(deep, (torch.randn(16, 4), torch.ones(16, 4)), torch.nn.MSELoss())
    >>> flow.first_to_last < 1e-4
    True
    """
    given: Any = batch
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise TypeError("batch must be a pair (X, y)")
    if not callable(loss):
        raise TypeError(f"loss must be callable as loss(output, y), not {type(loss).__name__}")
    module = original(model)
    with torch.inference_mode(False), torch.enable_grad(), undisturbed(module):
        X, y = ordinary(given[0]), ordinary(given[1])
        ran: list[_Ran] = []
        hooks = [
            layer.register_forward_hook(_watch(name or type(layer).__name__, ran), with_kwargs=True)
            for name, layer in module.named_modules()
            if _is_layer(layer)
        ]
        value = loss(call(module, X), y)
        for hook in hooks:  # backward runs checkpointed layers again
            hook.remove()
        return GradientFlow(float(_scalar(value).detach()), _flows(value, ran))


class _Ran(NamedTuple):
    """A call of a layer: where the gradient of its output is found, and what could be said of it at once."""

    name: str
    layer: nn.Module
    output: GradientEdge
    ndim: int
    dtype: torch.dtype
    state: dict[str, Any]


def _watch(name: str, ran: list[_Ran]) -> Any:
    def hook(layer: nn.Module, args: Any, kwargs: Any, result: Any) -> None:
        output = next((t for t in tensors(result) if t.requires_grad), None)
        if output is not None:  # its edge now: a function that writes over it moves it to another
            state = _state(layer, output.detach(), args, kwargs, ran)
            ran.append(_Ran(name, layer, get_gradient_edge(output), output.ndim, output.dtype, state))

    return hook


def _scalar(value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise TypeError(f"the loss must be a tensor, not {type(value).__name__}")
    if value.is_complex():
        raise TypeError(f"the loss must be a real number, not {value.dtype}")
    if value.ndim:
        raise ValueError(f"the loss must be a scalar, not of shape {tuple(value.shape)}: use its mean or sum")
    return value


def _flows(value: Tensor, ran: list[_Ran]) -> tuple[LayerFlow, ...]:
    if not ran:
        raise ValueError(
            "no layer ran: the model has no modules, none of them needs a gradient, or they are hidden by TorchScript, "
            "torch.export or torch.vmap"
        )
    if not value.requires_grad:
        raise ValueError("the loss does not depend on any layer: its gradient was cut off")
    of_layer = {id(r.layer): _parameters(r.layer, {id(other.layer) for other in ran}) for r in ran}
    parameters = {id(p): p for own in of_layer.values() for p in own}
    wanted: list[Any] = [*(r.output for r in ran), *parameters.values()]
    gradients = torch.autograd.grad(value, wanted, allow_unused=True)
    # None where the loss does not depend on it, whatever the type of autograd.grad says.
    norms = [0.0 if g is None else _norm(g) for g in gradients]  # type: ignore[redundant-expr]
    of_parameter = dict(zip(parameters, norms[len(ran) :], strict=True))
    flows = []
    for r, norm in zip(ran, norms, strict=False):
        own = [of_parameter[id(p)] for p in of_layer[id(r.layer)]]
        flows.append(
            LayerFlow(
                name=r.name,
                kind=type(r.layer).__name__,
                dtype=str(r.dtype).removeprefix("torch."),
                gradient_norm=norm,
                parameter_gradient_norm=math.hypot(*own) if own else math.nan,
                **r.state,
            )
        )
    return tuple(flows)


def _norm(gradient: Tensor) -> float:
    """Euclidean norm, of the least and the largest numbers too, whose squares leave the range."""
    numbers = double(_in_memory(gradient)).abs()
    largest = float(numbers.max()) if numbers.numel() else 0.0
    return float((numbers / largest).norm()) * largest if 0 < largest < math.inf else largest


def _in_memory(t: Tensor) -> Tensor:
    """The numbers of a tensor; of a nested or sparse one those that it holds, in a row."""
    if t.is_nested or t.layout is not torch.strided:
        return (t.coalesce() if t.is_sparse else t).values()
    return t


def _is_layer(module: nn.Module) -> bool:
    """Whether it computes something itself: attention, say, does, and has a submodule that it does not call."""
    if isinstance(module, torch.jit.ScriptModule):
        return False  # takes no hooks
    return not any(True for _ in module.children()) or any(True for _ in module.parameters(recurse=False))


def _parameters(module: nn.Module, ran: set[int]) -> list[nn.Parameter]:
    """Those of a layer and of its submodules that did not run as layers."""
    own = [p for p in module.parameters(recurse=False) if p.requires_grad]
    for child in module.children():
        if id(child) not in ran:
            own += _parameters(child, ran)
    return own


def _share(mask: Tensor) -> float:
    return float(mask.double().mean()) if mask.numel() else 0.0


def _by_unit(values: Tensor, ran: list[_Ran]) -> Tensor:
    """What a layer made of the output of those that ran, a column for each unit: channels of convolutions, features."""
    last = next((r for r in reversed(ran) if isinstance(r.layer, _ConvNd | nn.Linear)), None)
    if last is None or last.ndim != values.ndim:
        return values.flatten(0, -2) if values.ndim > 1 else values.reshape(-1, 1)
    places = len(last.layer.kernel_size) if isinstance(last.layer, _ConvNd) else 0
    return values.movedim(-1 - places, -1).unsqueeze(0).flatten(0, -2)


@torch.no_grad()
def _state(module: nn.Module, output: Tensor, args: Any, kwargs: Any, ran: list[_Ran]) -> dict[str, Any]:
    """What can be said of this kind of layer: saturation, dead units, gates."""
    if isinstance(module, (*SIGMOIDS, nn.Tanh)):
        s = double(_in_memory(output))
        slope = s * (1 - s) if isinstance(module, SIGMOIDS) else 1 - s * s
        low = 0.0 if isinstance(module, SIGMOIDS) else -1.0
        return {"saturated": _share(slope.abs() < 1e-3), "rounded": _share((s == low) | (s == 1.0))}
    if isinstance(module, RECTIFIERS):
        return {"dead": _share(_by_unit(_in_memory(output), ran).eq(0).all(0))}
    if has_gates(module):
        return {"gates": _histograms(module, *args, **kwargs)}
    return {}


def _histograms(module: nn.Module, *given: Any, **named: Any) -> dict[str, tuple[int, ...]]:
    counts: dict[str, Tensor] = {}
    for gates in called_gates(module, *given, **named).values():
        for name, values in gates.items():
            low = -1.0 if name == "candidate" else 0.0
            counts[name] = counts.get(name, 0) + torch.histc(values.float(), GATE_BINS, low, 1.0)
    return {name: tuple(map(int, count)) for name, count in counts.items()}
