"""What becomes of the gradient on its way back through a model: layer by layer, in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from verhulst.torch._gates import GATE_NAMES, layer_gates

SIGMOIDS = (nn.Sigmoid, nn.Hardsigmoid)
RECTIFIERS = (nn.ReLU, nn.ReLU6)
GATE_BINS = 20


@dataclass(frozen=True)
class LayerFlow:
    """One layer of a model, seen from the loss.

    Attributes
    ----------
    name, kind : the module's name in the model, and its class
    gradient_norm : Euclidean norm of the gradient of the loss in the layer's output
    parameter_gradient_norm : the same in its parameters; nan where it has none
    saturated : for sigmoid and tanh: share of outputs whose slope is under 1e-3; else None
    rounded : for sigmoid and tanh: share of outputs that are exactly the limit in the dtype used; else None
    dead : for ReLU: share of units that are 0 for every row of the batch; else None
    gates : for LSTM and GRU: gate -> counts of its values in 20 equal bins over (0, 1) (candidate: (-1, 1)); else None
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
    loss : its value
    layers : tuple of `LayerFlow`, first layer first
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
        """For JSON."""
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
    model : a torch module. Its layers are its modules without submodules; plain functions are not seen.
    batch : (X, y)
    loss : (model output, y) -> scalar Tensor

    Returns
    -------
    GradientFlow
        The parameters' own `.grad` is not touched.

    Raises
    ------
    ValueError : the loss is not a scalar, or no layer ran

    Notes
    -----
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
    X, y = batch
    ran: list[tuple[str, nn.Module, Tensor, Tensor | None]] = []

    def watch(name: str) -> Any:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            first = output[0] if isinstance(output, tuple) else output
            if isinstance(first, Tensor) and first.requires_grad:
                ran.append((name, module, first, args[0] if args and isinstance(args[0], Tensor) else None))

        return hook

    hooks = [m.register_forward_hook(watch(n or type(m).__name__)) for n, m in model.named_modules() if _is_layer(m)]
    try:
        with torch.enable_grad():
            value = loss(model(X), y)
    finally:
        for hook in hooks:
            hook.remove()
    if value.ndim:
        raise ValueError(f"the loss must be a scalar, not of shape {tuple(value.shape)}: use its mean or sum")
    if not ran:
        raise ValueError("no layer ran: the model has no modules, or none of them needs a gradient")
    outputs = [output for _, _, output, _ in ran]
    parameters = {id(p): p for _, module, _, _ in ran for p in module.parameters() if p.requires_grad}
    wanted = [*outputs, *parameters.values()]
    gradients = torch.autograd.grad(value, wanted, allow_unused=True)
    # None where the loss does not depend on it, whatever the type of autograd.grad says.
    norms = [0.0 if g is None else float(g.double().norm()) for g in gradients]  # type: ignore[redundant-expr]
    of_parameter = dict(zip(parameters, norms[len(outputs) :], strict=True))
    layers = []
    for (name, module, output, x), norm in zip(ran, norms, strict=False):
        own = [of_parameter[id(p)] for p in module.parameters() if id(p) in of_parameter]
        layers.append(
            LayerFlow(
                name=name,
                kind=type(module).__name__,
                dtype=str(output.dtype).removeprefix("torch."),
                gradient_norm=norm,
                parameter_gradient_norm=math.hypot(*own) if own else math.nan,
                **_state(module, output.detach(), x),
            )
        )
    return GradientFlow(float(value.detach()), tuple(layers))


def _is_layer(module: nn.Module) -> bool:
    return not any(True for _ in module.children())


def _share(mask: Tensor) -> float:
    return float(mask.double().mean()) if mask.numel() else 0.0


@torch.no_grad()
def _state(module: nn.Module, output: Tensor, x: Tensor | None) -> dict[str, Any]:
    """What can be said of this kind of layer: saturation, dead units, gates."""
    if isinstance(module, (*SIGMOIDS, nn.Tanh)):
        s = output.double()
        slope = s * (1 - s) if isinstance(module, SIGMOIDS) else 1 - s * s
        low = 0.0 if isinstance(module, SIGMOIDS) else -1.0
        return {"saturated": _share(slope < 1e-3), "rounded": _share((s == low) | (s == 1.0))}
    if isinstance(module, RECTIFIERS):
        return {"dead": _share((output.flatten(0, -2) if output.ndim > 1 else output[:, None]).eq(0).all(0))}
    if isinstance(module, nn.RNNBase) and module.mode in GATE_NAMES and x is not None and not module.proj_size:
        return {"gates": {name: _histogram(name, g) for name, g in layer_gates(module, x.detach()).items()}}
    return {}


def _histogram(name: str, values: Tensor) -> tuple[int, ...]:
    low = -1.0 if name == "candidate" else 0.0
    return tuple(int(n) for n in torch.histc(values.float(), GATE_BINS, low, 1.0))
