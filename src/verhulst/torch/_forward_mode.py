"""Forward-mode rules that keep what outer levels know.

torch calls an autograd.Function's jvp with forward mode switched off, at every level: inside another level (jacfwd of
jacfwd) the rule's own derivative would silently be 0 there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.autograd import forward_ad

Rule = Callable[..., Any]


def forward_rule(rule: Rule) -> Rule:
    """A jvp from rule(ctx, saved tensors, *tangents), where the saved tensors are without this level's tangents."""

    def jvp(ctx: Any, *tangents: Tensor | None) -> Any:
        with forward_ad._set_fwd_grad_enabled(True):
            saved = tuple(forward_ad.unpack_dual(t).primal for t in ctx.saved_tensors)
            return rule(ctx, saved, *tangents)

    return jvp
