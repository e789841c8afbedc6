"""Audit a torch model for misused sigmoids and softmaxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from verhulst.audit import by_hand
from verhulst.audit.finding import AuditReport, Finding
from verhulst.audit.gates import CalledGates
from verhulst.audit.rules import RULES
from verhulst.audit.rules_of_probabilities import softmax_for_multilabel
from verhulst.audit.trace import Trace
from verhulst.torch._run_once import call, ordinary, original, undisturbed


def torch_model(model: nn.Module, X: Any, y: Any, loss_fn: Callable[[Any, Any], Tensor]) -> AuditReport:
    """Run a model and its loss once and report each misuse of a sigmoid or softmax.

    Parameters
    ----------
    model : torch.nn.Module
        The model; compiled modules are run uncompiled, so that their operations are visible.
    X : Tensor, PackedSequence, tuple or mapping
        The input of the model: a tensor or packed sequence, positional arguments, or keyword arguments. A few dozen
        real rows are enough.
    y : object
        The second argument of `loss_fn`.
    loss_fn : callable
        Returns the loss, given the output of the model and `y`.

    Returns
    -------
    AuditReport
        Findings by id: errors ("double-sigmoid", "double-softmax", "sigmoid-before-softmax", "probabilities-as-logits",
        "rectified-logits", "bounded-logits", "nll-of-probabilities", "kl-of-probabilities", "softmax-for-multilabel",
        "softmax-over-batch", "softmax-of-one-class", "labels-outside"), warnings ("sigmoid-then-bce", "log-of-sigmoid",
        "log-of-softmax", "log-of-exp", "logit-of-sigmoid", "by-hand", "hidden-sigmoid", "saturation", "dead-gates") and
        notes ("pos-weight", "class-weights", "squared-error-of-sigmoid", "opaque").

    Raises
    ------
    TypeError
        If `model` is not a module or `loss_fn` is not callable. Errors of the model or the loss are passed on.

    Notes
    -----
    The model and the loss are run: audit only code that you trust. They run in the model's current mode (train or
    eval), and the model is left as it was: parameters, buffers, counters, gradients, mode, hooks; so are the random
    states. A sigmoid or softmax that is written by hand is recognised by its numbers.

    Examples
    --------
    >>> import torch
    >>> from verhulst import audit
    >>> model = torch.nn.Sequential(torch.nn.Linear(3, 1), torch.nn.Sigmoid())
    >>> X, y = torch.randn(8, 3), torch.ones(8, 1)
    >>> audit.torch_model(model, X, y, torch.nn.BCEWithLogitsLoss()).ids
    ('double-sigmoid',)
    """
    module = original(model)
    if not callable(loss_fn):
        raise TypeError(f"loss_fn must be callable as loss_fn(output, y), not {type(loss_fn).__name__}")
    subject = type(module).__name__
    trace = Trace()
    gates = CalledGates()
    # With gradients: a model may take some inside, as energies and physics-informed losses do.
    with torch.inference_mode(False), torch.enable_grad(), undisturbed(module):
        X, y = ordinary(X), ordinary(y)
        gates.watch(module)
        trace.watch(module)
        with trace:
            loss_fn(call(module, X), y)
    steps = trace.operations
    by_hand.mark(steps)
    found: list[Finding] = [*gates.findings(), *softmax_for_multilabel(steps, y)]
    for rule in RULES:
        found += rule(steps)
    if isinstance(module, torch.jit.ScriptModule):
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
