"""Audit rule for the gates of recurrent layers."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn

from verhulst.audit.finding import Finding
from verhulst.torch import GATE_NAMES, layer_gates


def dead_gates(layers: list[tuple[str, nn.RNNBase, Tensor]]) -> Iterator[Finding]:
    """Yield findings on gates that are closed or open for nearly every input."""
    for where, layer, x in layers:
        if layer.mode not in GATE_NAMES or layer.proj_size or x.numel() == 0:
            continue
        for name, values in layer_gates(layer, x).items():
            if name == "candidate":
                continue
            shut, opened = float((values < 0.01).double().mean()), float((values > 0.99).double().mean())
            if max(shut, opened) > 0.9:
                share, state = (shut, "shut (below 0.01)") if shut > opened else (opened, "open (above 0.99)")
                yield Finding(
                    "dead-gates",
                    "warning",
                    f"{where or layer.mode} ({name} gate)",
                    f"{share:.1%} of its values over {values.shape[0]} steps are {state}: the gate hardly "
                    "depends on its input.",
                    "Check the scale of the inputs and the bias of the gate; start the forget bias near 1, not at ±10.",
                )
