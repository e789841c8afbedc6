"""Planted faults are found by their right id; sound models raise nothing above a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import verhulst.torch as vt
from verhulst import audit

N, D, K = 64, 6, 4
Case = tuple[nn.Module, Any, Any, Callable[[Any, Any], Tensor]]


def X() -> Tensor:
    return torch.randn(N, D, generator=torch.Generator().manual_seed(1))


def binary() -> Tensor:
    return (X()[:, :1] > 0).float()


def classes() -> Tensor:
    return torch.arange(N) % K


def labels() -> Tensor:
    return (torch.randn(N, K, generator=torch.Generator().manual_seed(2)) > 0).float()


def mlp(*last: nn.Module, out: int = 1, hidden: nn.Module | None = None) -> nn.Sequential:
    return nn.Sequential(nn.Linear(D, 8), hidden or nn.ReLU(), nn.Linear(8, out), *last)


class Net(nn.Module):
    """A model from a function, with some layers."""

    def __init__(self, forward: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        for name, layer in layers.items():
            setattr(self, name, layer)
        self._forward = forward

    def forward(self, *args: Any) -> Any:
        return self._forward(self, *args)


def lstm_with_shut_gates() -> nn.Module:
    model = Net(lambda m, x: m.out(m.rnn(x)[0][:, -1]), rnn=nn.LSTM(D, 8, batch_first=True), out=nn.Linear(8, 1))
    with torch.no_grad():
        model.rnn.bias_ih_l0[:8] = -30.0
    return model


def gru_that_never_updates() -> nn.Module:
    model = Net(lambda m, x: m.out(m.rnn(x)[0][:, -1]), rnn=nn.GRU(D, 8, batch_first=True), out=nn.Linear(8, 1))
    with torch.no_grad():
        model.rnn.bias_ih_l0[8:16] = 40.0
    return model


class HandSiLU(nn.Module):
    def forward(self, z: Tensor) -> Tensor:
        return z / (1 + torch.exp(-z))


class HandSigmoid(nn.Module):
    def forward(self, z: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(-z))


def ours(function: Callable[..., Tensor], out: int = K) -> nn.Module:
    return Net(lambda m, x: function(m.body(x)), body=mlp(out=out))


def cells_with_shut_gates(kind: Any) -> nn.Module:
    """A cell called step by step, or a layer called by keyword, whose first gate is shut."""
    by_keyword = hasattr(kind, "flatten_parameters")
    model = Net(walked_by_keyword if by_keyword else walked_by_cell, rnn=kind(D, 8), out=nn.Linear(8, 1))
    with torch.no_grad():
        next(p for n, p in model.rnn.named_parameters() if n.startswith("bias_ih"))[:8] = -30.0
    return model


def walked_by_keyword(m: Any, x: Tensor) -> Tensor:
    name = "input" if isinstance(m.rnn, nn.LSTM | nn.GRU) else "x"
    return m.out(m.rnn(**{name: x.transpose(0, 1)})[0][-1])


def walked_by_cell(m: Any, x: Tensor) -> Tensor:
    state = None
    for step in x.unbind(1):
        state = m.rnn(step, state)
    return m.out(state[0] if isinstance(state, tuple) else state)


def walked_packed(m: Any, x: Tensor) -> Tensor:
    packed = nn.utils.rnn.pack_padded_sequence(x, torch.arange(N) % 5 + 1, batch_first=True, enforce_sorted=False)
    return m.out(m.rnn(packed)[1][0][-1])


BCE_LOGITS, BCE, CE = nn.BCEWithLogitsLoss(), nn.BCELoss(), nn.CrossEntropyLoss()
EPS = 1e-7

FAULTS: dict[str, tuple[str, Callable[[], Case]]] = {
    "sigmoid module, logits loss": ("double-sigmoid", lambda: (mlp(nn.Sigmoid()), X(), binary(), BCE_LOGITS)),
    "functional sigmoid": (
        "double-sigmoid",
        lambda: (Net(lambda m, x: torch.sigmoid(m.body(x)), body=mlp()), X(), binary(), BCE_LOGITS),
    ),
    "sigmoid, then a view": (
        "double-sigmoid",
        lambda: (Net(lambda m, x: m.body(x).sigmoid().view(-1), body=mlp()), X(), binary()[:, 0], BCE_LOGITS),
    ),
    "sigmoid, then an index and a cast": (
        "double-sigmoid",
        lambda: (
            Net(lambda m, x: m.body(x).sigmoid()[:, 0].double(), body=mlp()),
            X(),
            binary()[:, 0].double(),
            BCE_LOGITS,
        ),
    ),
    "sigmoid, then a clamp": (
        "double-sigmoid",
        lambda: (Net(lambda m, x: m.body(x).sigmoid().clamp(EPS, 1 - EPS), body=mlp()), X(), binary(), BCE_LOGITS),
    ),
    "in-place sigmoid": (
        "double-sigmoid",
        lambda: (Net(lambda m, x: m.body(x).sigmoid_(), body=mlp()), X(), binary(), BCE_LOGITS),
    ),
    "two sigmoids in the model": ("double-sigmoid", lambda: (mlp(nn.Sigmoid(), nn.Sigmoid()), X(), binary(), BCE)),
    "sigmoid into logsigmoid": (
        "double-sigmoid",
        lambda: (mlp(nn.Sigmoid()), X(), binary(), lambda p, y: -F.logsigmoid(p).mul(y).mean()),
    ),
    "one bad task of two": (
        "double-sigmoid",
        lambda: (
            Net(lambda m, x: (m.a(x), m.b(x).sigmoid()), a=mlp(), b=mlp()),
            X(),
            (binary(), binary()),
            lambda out, y: BCE_LOGITS(out[0], y[0]) + BCE_LOGITS(out[1], y[1]),
        ),
    ),
    "multi-label sigmoid": ("double-sigmoid", lambda: (mlp(nn.Sigmoid(), out=K), X(), labels(), BCE_LOGITS)),
    "our loss on a sigmoid": (
        "double-sigmoid",
        lambda: (
            mlp(nn.Sigmoid()),
            X(),
            binary(),
            lambda p, y: __import__("verhulst.torch").torch.binary_cross_entropy_with_logits(p, y),
        ),
    ),
    "compiled double sigmoid": (
        "double-sigmoid",
        lambda: (torch.compile(mlp(nn.Sigmoid()), backend="eager"), X(), binary(), BCE_LOGITS),
    ),
    "sigmoid by hand": ("probabilities-as-logits", lambda: (mlp(HandSigmoid()), X(), binary(), BCE_LOGITS)),
    "softmax column as logit": (
        "probabilities-as-logits",
        lambda: (Net(lambda m, x: m.body(x).softmax(-1)[:, 1:2], body=mlp(out=2)), X(), binary(), BCE_LOGITS),
    ),
    **{
        f"softmax {name}, cross-entropy": (
            "probabilities-as-logits",
            lambda after=after: (Net(lambda m, x: after(m.body(x).softmax(-1)), body=mlp(out=K)), X(), classes(), CE),
        )
        for name, after in {
            "plus epsilon": lambda p: p + EPS,
            "times a number": lambda p: 0.999 * p,
            "between others": lambda p: p.lerp(p.mean(0), 0.25),
            "in a choice": lambda p: torch.where(p > 2, 0.0, p),
        }.items()
    },
    "softmax, cross-entropy": ("double-softmax", lambda: (mlp(nn.Softmax(-1), out=K), X(), classes(), CE)),
    "functional softmax, cross-entropy": (
        "double-softmax",
        lambda: (Net(lambda m, x: F.softmax(m.body(x), 1), body=mlp(out=K)), X(), classes(), CE),
    ),
    "sigmoid, cross-entropy": ("sigmoid-before-softmax", lambda: (mlp(nn.Sigmoid(), out=K), X(), classes(), CE)),
    "sigmoid, BCELoss": ("sigmoid-then-bce", lambda: (mlp(nn.Sigmoid()), X(), binary(), BCE)),
    "log of sigmoid": (
        "log-of-sigmoid",
        lambda: (mlp(nn.Sigmoid()), X(), binary(), lambda p, y: -(y * p.log() + (1 - y) * (1 - p).log()).mean()),
    ),
    "log of sigmoid with epsilon": (
        "log-of-sigmoid",
        lambda: (mlp(nn.Sigmoid()), X(), binary(), lambda p, y: -(y * torch.log(p + EPS)).mean()),
    ),
    "log of softmax": (
        "log-of-softmax",
        lambda: (mlp(nn.Softmax(-1), out=K), X(), classes(), lambda p, y: F.nll_loss(torch.log(p), y)),
    ),
    "softmax, NLLLoss": ("nll-of-probabilities", lambda: (mlp(nn.Softmax(-1), out=K), X(), classes(), nn.NLLLoss())),
    "raw scores, NLLLoss": ("nll-of-probabilities", lambda: (mlp(out=K), X(), classes(), nn.NLLLoss())),
    "softmax for several labels": (
        "softmax-for-multilabel",
        lambda: (mlp(nn.Softmax(-1), out=K), X(), labels(), BCE),
    ),
    "cross-entropy for several labels": ("softmax-for-multilabel", lambda: (mlp(out=K), X(), labels(), CE)),
    **{
        f"sigmoid between layers, {kind.__name__}": (
            "hidden-sigmoid",
            lambda kind=kind: (mlp(hidden=nn.Sequential(nn.Sigmoid(), kind(0.3))), X(), binary(), BCE_LOGITS),
        )
        for kind in (nn.Dropout, nn.AlphaDropout, nn.FeatureAlphaDropout, nn.Dropout1d)
    },
    "masked sigmoid, logits loss": (
        "double-sigmoid",
        lambda: (
            Net(lambda m, x: m.body(x).sigmoid().masked_fill(x[:, :1] > 1, 0.5), body=mlp()),
            X(),
            binary(),
            BCE_LOGITS,
        ),
    ),
    "sigmoid between layers": ("hidden-sigmoid", lambda: (mlp(hidden=nn.Sigmoid()), X(), binary(), BCE_LOGITS)),
    "sigmoid, batch norm, layer": (
        "hidden-sigmoid",
        lambda: (
            nn.Sequential(nn.Linear(D, 8), nn.Sigmoid(), nn.BatchNorm1d(8), nn.Linear(8, 1)),
            X(),
            binary(),
            BCE_LOGITS,
        ),
    ),
    "huge inputs into a sigmoid": ("saturation", lambda: (mlp(nn.Sigmoid()), X() * 1e4, binary(), BCE)),
    "half precision saturates": (
        "saturation",
        lambda: (
            Net(lambda m, x: torch.sigmoid((m.body(x) * 100).bfloat16()).float(), body=mlp()),
            X(),
            binary(),
            nn.MSELoss(),
        ),
    ),
    "LSTM with a shut input gate": (
        "dead-gates",
        lambda: (lstm_with_shut_gates(), X()[:, None].expand(N, 5, D), binary(), BCE_LOGITS),
    ),
    "GRU that never updates": (
        "dead-gates",
        lambda: (gru_that_never_updates(), X()[:, None].expand(N, 5, D), binary(), BCE_LOGITS),
    ),
    "our softmax, cross-entropy": ("double-softmax", lambda: (ours(vt.softmax), X(), classes(), CE)),
    "our softmax, our losses": (
        "double-softmax",
        lambda: (ours(vt.softmax), X(), classes(), lambda p, y: F.nll_loss(vt.log_softmax(p), y)),
    ),
    "our softmax for several labels": ("softmax-for-multilabel", lambda: (ours(vt.softmax), X(), labels(), BCE)),
    "log of our softmax": (
        "log-of-softmax",
        lambda: (ours(vt.softmax), X(), classes(), lambda p, y: F.nll_loss(torch.log(p + EPS), y)),
    ),
    "our sigmoid, our loss with pos_weight": (
        "double-sigmoid",
        lambda: (
            ours(vt.sigmoid, 1),
            X(),
            binary(),
            lambda p, y: vt.binary_cross_entropy_with_logits(p, y, pos_weight=torch.tensor(2.0)),
        ),
    ),
    "our hard sigmoid": ("double-sigmoid", lambda: (ours(vt.hard_sigmoid, 1), X(), binary(), BCE_LOGITS)),
    "our pos_weight": (
        "pos-weight",
        lambda: (
            mlp(),
            X(),
            binary(),
            lambda z, y: vt.binary_cross_entropy_with_logits(input=z, target=y, pos_weight=torch.tensor(9.0)),
        ),
    ),
    "our LSTM cell with a shut input gate": (
        "dead-gates",
        lambda: (cells_with_shut_gates(vt.LSTMCell), sequences(), binary(), BCE_LOGITS),
    ),
    "torch's LSTM cell with a shut input gate": (
        "dead-gates",
        lambda: (cells_with_shut_gates(nn.LSTMCell), sequences(), binary(), BCE_LOGITS),
    ),
    "our GRU cell with a shut reset gate": (
        "dead-gates",
        lambda: (cells_with_shut_gates(vt.GRUCell), sequences(), binary(), BCE_LOGITS),
    ),
    "our LSTM with a shut input gate, by keyword": (
        "dead-gates",
        lambda: (cells_with_shut_gates(vt.LSTM), sequences(), binary(), BCE_LOGITS),
    ),
    "torch's GRU with a shut reset gate, by keyword": (
        "dead-gates",
        lambda: (cells_with_shut_gates(nn.GRU), sequences(), binary(), BCE_LOGITS),
    ),
    "packed LSTM with shut gates": (
        "dead-gates",
        lambda: (
            Net(walked_packed, rnn=lstm_with_shut_gates().rnn, out=nn.Linear(8, 1)),
            sequences(),
            binary(),
            BCE_LOGITS,
        ),
    ),
    "script": ("double-sigmoid", lambda: (torch.jit.script(mlp(nn.Sigmoid())), X(), binary(), BCE_LOGITS)),
    "script inside a model": (
        "double-sigmoid",
        lambda: (nn.Sequential(torch.jit.script(mlp()), nn.Sigmoid()), X(), binary(), BCE_LOGITS),
    ),
    "sigmoid by hand, logits loss": ("double-sigmoid", lambda: (mlp(HandSigmoid()), X(), binary(), BCE_LOGITS)),
    "sigmoid by e^z, BCELoss": (
        "sigmoid-then-bce",
        lambda: (ours(lambda z: z.exp() / (1 + z.exp()), 1), X(), binary(), BCE),
    ),
    "sigmoid by tanh, its logarithm": (
        "log-of-sigmoid",
        lambda: (ours(lambda z: 0.5 + 0.5 * torch.tanh(z / 2), 1), X(), binary(), lambda p, y: -(y * p.log()).mean()),
    ),
    "sigmoid by hand between layers": (
        "hidden-sigmoid",
        lambda: (mlp(hidden=HandSigmoid()), X(), binary(), BCE_LOGITS),
    ),
    "softmax by hand": (
        "double-softmax",
        lambda: (ours(lambda z: z.exp() / z.exp().sum(-1, keepdim=True)), X(), classes(), CE),
    ),
    "shifted softmax by hand": ("double-softmax", lambda: (ours(hand_softmax), X(), classes(), CE)),
    "log-sigmoid as a logit": ("double-sigmoid", lambda: (mlp(nn.LogSigmoid()), X(), binary(), BCE_LOGITS)),
    "softmax over the batch": ("softmax-over-batch", lambda: (mlp(nn.Softmax(0), out=K), X(), labels(), nn.MSELoss())),
    "log-softmax over the batch": (
        "softmax-over-batch",
        lambda: (ours(lambda z: vt.log_softmax(z, 0)), X(), classes(), nn.NLLLoss()),
    ),
    "softmax of one class": ("softmax-of-one-class", lambda: (mlp(nn.Softmax(-1)), X(), binary(), BCE)),
    "cross-entropy of one class": ("softmax-of-one-class", lambda: (mlp(), X(), classes() * 0, CE)),
    "KL of probabilities": (
        "kl-of-probabilities",
        lambda: (mlp(nn.Softmax(-1), out=K), X(), labels().softmax(-1), nn.KLDivLoss(reduction="batchmean")),
    ),
    "KL of scores": (
        "kl-of-probabilities",
        lambda: (mlp(out=K), X(), labels().softmax(-1), nn.KLDivLoss(reduction="sum")),
    ),
    "ReLU on the logit": ("rectified-logits", lambda: (mlp(nn.ReLU()), X(), binary(), BCE_LOGITS)),
    "ReLU on the logits of classes": ("rectified-logits", lambda: (mlp(nn.ReLU(), out=K), X(), classes(), CE)),
    "labels -1 and 1": ("labels-outside", lambda: (mlp(), X(), 2 * binary() - 1, BCE_LOGITS)),
    "labels 1 and 2, our loss": ("labels-outside", lambda: (mlp(), X(), binary() + 1, vt_bce)),
    "tanh on the logit": ("bounded-logits", lambda: (mlp(nn.Tanh()), X(), binary(), vt_bce)),
    "hard tanh on the logits of classes": ("bounded-logits", lambda: (mlp(nn.Hardtanh(), out=K), X(), classes(), CE)),
    "ReLU6 on the logit": ("rectified-logits", lambda: (mlp(nn.ReLU6()), X(), binary(), BCE_LOGITS)),
    "sigmoid, soft margin": ("double-sigmoid", lambda: (mlp(nn.Sigmoid()), X(), 2 * binary() - 1, nn.SoftMarginLoss())),
    "sigmoid, multi-label soft margin": (
        "double-sigmoid",
        lambda: (mlp(nn.Sigmoid(), out=K), X(), labels(), nn.MultiLabelSoftMarginLoss()),
    ),
    "softplus by hand": (
        "log-of-exp",
        lambda: (mlp(), X(), binary(), lambda z, y: (torch.log(1 + z.exp()) - y * z).mean()),
    ),
    "softplus by log1p": (
        "log-of-exp",
        lambda: (mlp(), X(), binary(), lambda z, y: (torch.log1p(torch.exp(z)) - y * z).mean()),
    ),
    "probabilities overwritten": (
        "probabilities-as-logits",
        lambda: (
            mlp(nn.Sigmoid()),
            X(),
            binary(),
            lambda p, y: (BCE_LOGITS(q := 0.99 * p, y), q.mul_(9))[0],
        ),
    ),
    "logsumexp by hand": (
        "log-of-exp",
        lambda: (mlp(out=K), X(), classes(), lambda z, y: (z.exp().sum(-1).log() - z[:, 0]).mean()),
    ),
    "logit of a sigmoid": (
        "logit-of-sigmoid",
        lambda: (mlp(nn.Sigmoid()), X(), binary(), lambda p, y: BCE_LOGITS(torch.logit(p), y)),
    ),
    "our logit of our sigmoid": (
        "logit-of-sigmoid",
        lambda: (ours(vt.sigmoid, 1), X(), binary(), lambda p, y: vt_bce(vt.logit(p), y)),
    ),
    "by hand": ("by-hand", lambda: (ours(hand_softmax), X(), labels().softmax(-1), nn.MSELoss())),
    "huge inputs into a tanh": ("saturation", lambda: (mlp(hidden=nn.Tanh()), X() * 1e4, binary(), BCE_LOGITS)),
    "weights of classes": (
        "class-weights",
        lambda: (mlp(out=K), X(), classes(), nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0, 1.0, 1.0]))),
    ),
    "squared error by hand": (
        "squared-error-of-sigmoid",
        lambda: (mlp(nn.Sigmoid()), X(), binary(), lambda p, y: ((p - y) ** 2).mean()),
    ),
    "squared error of a softmax": (
        "squared-error-of-sigmoid",
        lambda: (mlp(nn.Softmax(-1), out=K), X(), F.one_hot(classes(), K).float(), nn.MSELoss()),
    ),
    "pos_weight": ("pos-weight", lambda: (mlp(), X(), binary(), nn.BCEWithLogitsLoss(pos_weight=torch.tensor([9.0])))),
    "squared error of a sigmoid": (
        "squared-error-of-sigmoid",
        lambda: (mlp(nn.Sigmoid()), X(), binary(), nn.MSELoss()),
    ),
}


def hand_softmax(z: Tensor) -> Tensor:
    e = torch.exp(z - z.amax(-1, keepdim=True))
    return e / e.sum(-1, keepdim=True)


class Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.MultiheadAttention(8, 2, batch_first=True)
        self.into, self.out = nn.Linear(D, 8), nn.Linear(8, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.into(x)[:, None].expand(-1, 5, -1)
        return self.out(self.mix(h, h, h)[0].mean(1))


class SqueezeExcite(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.gate = nn.Sequential(nn.Linear(4, 2), nn.ReLU(), nn.Linear(2, 4), nn.Sigmoid())
        self.out = nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv(x)
        h = h * self.gate(h.mean((2, 3)))[:, :, None, None]
        return self.out(h.mean((2, 3)))


def images() -> Tensor:
    return torch.randn(N, 1, 8, 8, generator=torch.Generator().manual_seed(3))


def sequences() -> Tensor:
    return torch.randn(N, 5, D, generator=torch.Generator().manual_seed(4))


def residual(m: Any, x: Tensor) -> Tensor:
    h = m.into(x)
    return m.out(h + m.block(h))


def last_step(m: Any, x: Tensor) -> Tensor:
    return m.out(m.rnn(x)[0][:, -1])


def focal(z: Tensor, y: Tensor) -> Tensor:
    p = torch.sigmoid(z)
    chance = torch.where(y == 1, 1 - p, p)
    return (chance**2 * F.binary_cross_entropy_with_logits(z, y, reduction="none")).mean()


def accuracy_beside(z: Tensor, y: Tensor) -> Tensor:
    (torch.sigmoid(z).round() == y).double().mean()
    return F.binary_cross_entropy_with_logits(z, y)


def vt_bce(z: Tensor, y: Tensor) -> Tensor:
    from verhulst.torch import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(z, y)


SOUND: dict[str, Callable[[], Case]] = {
    "logistic regression": lambda: (nn.Linear(D, 1), X(), binary(), BCE_LOGITS),
    "perceptron": lambda: (mlp(), X(), binary(), BCE_LOGITS),
    "perceptron, our loss": lambda: (mlp(), X(), binary(), vt_bce),
    "classes": lambda: (mlp(out=K), X(), classes(), CE),
    "log-softmax and NLL": lambda: (mlp(nn.LogSoftmax(-1), out=K), X(), classes(), nn.NLLLoss()),
    "several labels": lambda: (mlp(out=K), X(), labels(), BCE_LOGITS),
    "soft class targets": lambda: (mlp(out=K), X(), labels().softmax(-1), CE),
    "GELU": lambda: (mlp(hidden=nn.GELU()), X(), binary(), BCE_LOGITS),
    "SiLU": lambda: (mlp(hidden=nn.SiLU()), X(), binary(), BCE_LOGITS),
    "tanh": lambda: (mlp(hidden=nn.Tanh()), X(), binary(), BCE_LOGITS),
    "GLU": lambda: (
        nn.Sequential(nn.Linear(D, 16), nn.GLU(), nn.Linear(8, 1)),
        X(),
        binary(),
        BCE_LOGITS,
    ),
    "batch norm and dropout": lambda: (
        nn.Sequential(nn.Linear(D, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1)),
        X(),
        binary(),
        BCE_LOGITS,
    ),
    "residual": lambda: (
        Net(residual, into=nn.Linear(D, 8), block=nn.Sequential(nn.Linear(8, 8), nn.ReLU()), out=nn.Linear(8, 1)),
        X(),
        binary(),
        BCE_LOGITS,
    ),
    "attention": lambda: (Attention(), X(), binary(), BCE_LOGITS),
    "transformer layer": lambda: (
        Net(
            lambda m, x: m.out(m.layer(m.into(x)[:, None].expand(-1, 5, -1))[:, 0]),
            into=nn.Linear(D, 8),
            layer=nn.TransformerEncoderLayer(8, 2, 16, batch_first=True),
            out=nn.Linear(8, 1),
        ),
        X(),
        binary(),
        BCE_LOGITS,
    ),
    "LSTM": lambda: (
        Net(last_step, rnn=nn.LSTM(D, 8, batch_first=True), out=nn.Linear(8, 1)),
        sequences(),
        binary(),
        BCE_LOGITS,
    ),
    "GRU, two layers": lambda: (
        Net(last_step, rnn=nn.GRU(D, 8, 2, batch_first=True), out=nn.Linear(8, 1)),
        sequences(),
        binary(),
        BCE_LOGITS,
    ),
    "LSTM cell": lambda: (
        Net(lambda m, x: m.out(m.cell(x)[0]), cell=nn.LSTMCell(D, 8), out=nn.Linear(8, 1)),
        X(),
        binary(),
        BCE_LOGITS,
    ),
    "our LSTM": lambda: (
        Net(last_step, rnn=vt.LSTM(D, 8, 2, batch_first=True), out=nn.Linear(8, 1)),
        sequences(),
        binary(),
        BCE_LOGITS,
    ),
    "our GRU cell": lambda: (
        Net(walked_by_cell, rnn=vt.GRUCell(D, 8), out=nn.Linear(8, 1)),
        sequences(),
        binary(),
        vt_bce,
    ),
    "packed": lambda: (
        Net(walked_packed, rnn=nn.LSTM(D, 8, batch_first=True), out=nn.Linear(8, 1)),
        sequences(),
        binary(),
        BCE_LOGITS,
    ),
    "our log-softmax and NLL": lambda: (ours(vt.log_softmax), X(), classes(), nn.NLLLoss()),
    "KL of log-probabilities": lambda: (
        mlp(nn.LogSoftmax(-1), out=K),
        X(),
        labels().softmax(-1),
        nn.KLDivLoss(reduction="batchmean"),
    ),
    "SiLU by hand": lambda: (mlp(hidden=HandSiLU()), X(), binary(), BCE_LOGITS),
    "squared error of a regression by hand": lambda: (mlp(), X(), X()[:, :1], lambda p, y: ((p - y) ** 2).mean()),
    "logsumexp by hand, in place": lambda: (
        mlp(out=K),
        X(),
        classes(),
        lambda z, y: F.nll_loss((s := z - z.amax(-1, True)) - s.clone().exp_().sum(-1, True).log_(), y),
    ),
    "loss in a map": lambda: (
        mlp(),
        X(),
        binary(),
        lambda z, y: torch.vmap(F.binary_cross_entropy_with_logits)(z, y).mean(),
    ),
    "logsumexp by hand, shifted": lambda: (
        mlp(out=K),
        X(),
        classes(),
        lambda z, y: ((z - z.amax(-1, keepdim=True)).exp().sum(-1).log() + z.amax(-1) - z[:, 0]).mean(),
    ),
    "softplus by hand, split": lambda: (
        mlp(),
        X(),
        binary(),
        lambda z, y: (z.clamp_min(0) - y * z + torch.log1p(torch.exp(-z.abs()))).mean(),
    ),
    "tanh, then a layer": lambda: (mlp(nn.Tanh(), nn.Linear(1, 1)), X(), binary(), BCE_LOGITS),
    "attention to one key": lambda: (
        Net(
            lambda m, x: m.out(m.mix(*[x[:, None]] * 3)[0][:, 0]),
            mix=nn.MultiheadAttention(D, 2, batch_first=True),
            out=nn.Linear(D, 1),
        ),
        X(),
        binary(),
        BCE_LOGITS,
    ),
    "rectified, then a layer": lambda: (mlp(nn.ReLU(), nn.Linear(1, 1)), X(), binary(), BCE_LOGITS),
    "contrastive, both ways": lambda: (
        Net(lambda m, x: m.a(x) @ m.b(x).T, a=mlp(out=K), b=mlp(out=K)),
        X(),
        torch.arange(N),
        lambda z, y: CE(z, y) + CE(z.T, y),
    ),
    "convolution": lambda: (
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 1)),
        images(),
        binary(),
        BCE_LOGITS,
    ),
    "squeeze and excite": lambda: (SqueezeExcite(), images(), binary(), BCE_LOGITS),
    "two tasks": lambda: (
        Net(lambda m, x: (m.a(x), m.b(x)), a=mlp(), b=mlp(out=K)),
        X(),
        (binary(), classes()),
        lambda out, y: BCE_LOGITS(out[0], y[0]) + CE(out[1], y[1]),
    ),
    "regression": lambda: (mlp(), X(), X()[:, :1], nn.MSELoss()),
    "focal loss": lambda: (mlp(), X(), binary(), focal),
    "accuracy computed beside the loss": lambda: (mlp(), X(), binary(), accuracy_beside),
    "logsigmoid by hand": lambda: (
        mlp(),
        X(),
        binary(),
        lambda z, y: -(y * F.logsigmoid(z) + (1 - y) * F.logsigmoid(-z)).mean(),
    ),
    "mixture of experts": lambda: (
        Net(
            lambda m, x: (m.gate(x).softmax(-1)[..., None] * torch.stack([m.a(x), m.b(x)], 1)).sum(1),
            gate=nn.Linear(D, 2),
            a=mlp(),
            b=mlp(),
        ),
        X(),
        binary(),
        BCE_LOGITS,
    ),
    "pos_weight (a note only)": lambda: (mlp(), X(), binary(), nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0]))),
    "compiled": lambda: (torch.compile(mlp(), backend="eager"), X(), binary(), BCE_LOGITS),
}


def test_there_are_enough_of_both() -> None:
    assert len(FAULTS) >= 20
    assert len(SOUND) >= 20


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_found(name: str) -> None:
    expected, make = FAULTS[name]
    torch.manual_seed(0)
    assert expected in audit.torch_model(*make()).ids


@pytest.mark.parametrize("name", SOUND)
def test_sound_model_raises_nothing_above_a_note(name: str) -> None:
    for seed in range(3):
        torch.manual_seed(seed)
        report = audit.torch_model(*SOUND[name]())
        assert [f for f in report.findings if f.severity != "note"] == []


def test_the_model_and_the_random_state_are_left_as_they_were() -> None:
    model = nn.Sequential(nn.Linear(D, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
    before = {k: v.clone() for k, v in model.state_dict().items()}
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    audit.torch_model(model, X(), binary(), BCE_LOGITS)
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(before[k], v) for k, v in model.state_dict().items())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_a_batch_without_rows() -> None:
    for loss in (nn.NLLLoss(), lambda p, y: F.kl_div(p, p.exp(), reduction="sum")):
        assert not audit.torch_model(mlp(nn.LogSoftmax(-1), out=K), X()[:0], classes()[:0], loss).ids


def test_a_failing_model_leaves_no_hooks() -> None:
    model = mlp()
    with pytest.raises(RuntimeError):
        audit.torch_model(model, torch.zeros(3, D + 1), binary(), BCE_LOGITS)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


def test_the_shift_by_pos_weight_is_the_mean_of_the_logarithms() -> None:
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 4.0]))
    (finding,) = audit.torch_model(mlp(out=2), X(), torch.ones(len(X()), 2), loss).findings
    assert "here +0.693 on average" in finding.why


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", [torch.sigmoid, torch.tanh, lambda z: torch.log(1 + torch.exp(z))])
def test_complex_numbers_are_no_fault(function: Any) -> None:
    layer = nn.Linear(3, 4, dtype=torch.complex64)
    assert not audit.torch_model(layer, torch.randn(5, 3) + 0j, None, lambda z, _: function(z).abs().mean()).ids


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module, not function"):
        audit.torch_model(lambda x: x, X(), binary(), BCE_LOGITS)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="loss_fn must be callable"):
        audit.torch_model(mlp(), X(), binary(), None)  # type: ignore[arg-type]


def test_the_report_speaks_and_is_json() -> None:
    import json

    report = audit.torch_model(mlp(nn.Sigmoid()), X(), binary(), BCE_LOGITS)
    assert report.has_errors
    assert "double-sigmoid" in repr(report)
    assert "<table>" in report._repr_html_()
    assert json.loads(json.dumps(report.to_dict()))["findings"][0]["severity"] == "error"
