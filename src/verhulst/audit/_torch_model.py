"""Audit a torch model for misused sigmoids and softmaxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from verhulst.audit import rules
from verhulst.audit.finding import AuditReport, Finding
from verhulst.audit.gates import dead_gates
from verhulst.audit.trace import Trace


def torch_model(model: nn.Module, X: Any, y: Any, loss_fn: Callable[[Any, Any], Tensor]) -> AuditReport:
    """Run a model and its loss once and report each misuse of a sigmoid or softmax.

    Parameters
    ----------
    model : torch.nn.Module
        The model; compiled modules are run uncompiled, so that their operations are visible.
    X : Tensor, tuple or mapping
        The input of the model: a tensor, positional arguments, or keyword arguments. A few dozen real rows are enough.
    y : object
        The second argument of `loss_fn`.
    loss_fn : callable
        Returns the loss, given the output of the model and `y`.

    Returns
    -------
    AuditReport
        Findings by id: errors ("double-sigmoid", "double-softmax", "sigmoid-before-softmax", "probabilities-as-logits",
        "nll-of-probabilities", "softmax-for-multilabel"), warnings ("sigmoid-then-bce", "log-of-sigmoid",
        "log-of-softmax", "hidden-sigmoid", "saturation", "dead-gates") and notes ("pos-weight",
        "squared-error-of-sigmoid", "opaque").

    Raises
    ------
    TypeError
        If `model` is not a module or `loss_fn` is not callable. Errors of the model or the loss are passed on.

    Notes
    -----
    The model runs in its current mode (train or eval), without gradients. Its buffers and the random state are restored
    afterwards.

    Examples
    --------
    >>> import torch
    >>> from verhulst import audit
    >>> model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Sigmoid())
    >>> X, y = torch.randn(8, 3), torch.ones(8, 1)
    >>> audit.torch_model(model, X, y, torch.nn.BCEWithLogitsLoss()).ids
    ('double-sigmoid',)
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, not {type(model).__name__}")
    if not callable(loss_fn):
        raise TypeError(f"loss_fn must be callable as loss_fn(output, y), not {type(loss_fn).__name__}")
    subject = type(getattr(model, "_orig_mod", model)).__name__
    trace = Trace()
    recurrent: list[tuple[str, nn.RNNBase, Tensor]] = []
    original = getattr(model, "_orig_mod", model)
    hooks = [
        module.register_forward_hook(lambda m, args, out, name=name: recurrent.append((name, m, args[0].detach())))
        for name, module in original.named_modules()
        if isinstance(module, nn.RNNBase) and not isinstance(module, nn.RNN)
    ]
    trace.watch(original)
    buffers = {name: value.clone() for name, value in original.named_buffers()}
    try:
        with torch.random.fork_rng(), torch.no_grad(), _uncompiled():
            with trace:
                loss_fn(_call(original, X), y)
            steps = trace.operations
            found: list[Finding] = [*dead_gates(recurrent)]
    finally:
        trace.unwatch()
        for hook in hooks:
            hook.remove()
        with torch.no_grad():
            for name, value in original.named_buffers():
                value.copy_(buffers[name])
    for rule in (
        rules.double_sigmoid,
        rules.probabilities_as_logits,
        rules.double_softmax,
        rules.sigmoid_then_bce,
        rules.log_of_probability,
        rules.nll_of_probabilities,
        rules.hidden_sigmoid,
        rules.saturation,
        rules.squared_error_of_sigmoid,
        rules.pos_weight,
    ):
        found += rule(steps)
    found += rules.softmax_for_multilabel(steps, y)
    if isinstance(original, torch.jit.ScriptModule):
        found.append(
            Finding(
                "opaque",
                "note",
                subject,
                "a TorchScript module hides its modules and may fuse operations, so the audit can miss faults in it.",
                "Audit the Python model that the script was made from.",
            )
        )
    return AuditReport.of(subject, found)


def _call(model: nn.Module, X: Any) -> Any:
    if isinstance(X, Mapping):
        return model(**X)
    if isinstance(X, (tuple, list)):
        return model(*X)
    return model(X)


def _uncompiled() -> Any:
    """Run functions compiled by torch.compile as plain Python inside this context."""
    stance = getattr(torch.compiler, "set_stance", None)
    return stance("force_eager") if stance is not None else nullcontext()
