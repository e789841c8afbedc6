"""Audit rule for the gates of recurrent layers and cells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import _disable_current_modes

from verhulst.audit.finding import Finding
from verhulst.torch._layer_gates import called_gates, has_gates, mode


class CalledGates:
    """The gates of every LSTM and GRU, layer or cell, over all its calls while a model runs."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], list[Tensor]] = {}

    def watch(self, model: nn.Module) -> None:
        for name, module in model.named_modules():
            if has_gates(module) and not isinstance(module, torch.jit.ScriptModule):
                module.register_forward_hook(self._keep(name or mode(module)), with_kwargs=True)

    def _keep(self, where: str) -> Any:
        def hook(module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
            with _disable_current_modes(), torch._C.DisableTorchFunction():
                for suffix, gates in called_gates(module, *args, **kwargs).items():
                    place = where if suffix in ("", "l0") else f"{where}, {suffix}"
                    for name, values in gates.items():
                        self._values.setdefault((place, name), []).append(values)

        return hook

    def findings(self) -> Iterator[Finding]:
        """Yield findings on gates that are closed or open for nearly every input."""
        for (where, name), calls in self._values.items():
            values = torch.cat([gate.flatten() for gate in calls]).double()
            if name == "candidate" or not values.numel():
                continue
            shut, opened = float((values < 0.01).double().mean()), float((values > 0.99).double().mean())
            if max(shut, opened) > 0.9:
                share, state = (shut, "shut (below 0.01)") if shut > opened else (opened, "open (above 0.99)")
                yield Finding(
                    "dead-gates",
                    "warning",
                    f"{where} ({name} gate)",
                    f"{share:.1%} of its {values.numel()} values are {state}: the gate hardly depends on its input.",
                    "Check the scale of the inputs and the bias of the gate; start the forget bias near 1, not at ±10.",
                )
