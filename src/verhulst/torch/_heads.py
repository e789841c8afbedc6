"""Networks that end in a probability: logits out, probabilities on request."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from verhulst.torch._arguments import real
from verhulst.torch._functional import logit, sigmoid
from verhulst.torch._states import check_integers


def _start_at_base_rate(last: nn.Linear, base_rate: float | Tensor | None) -> None:
    """Set the bias to the log-odds of the base rate, so that training does not spend its first steps on it."""
    if base_rate is None:
        return
    try:
        given = (
            base_rate
            if isinstance(base_rate, Tensor)
            else torch.as_tensor(base_rate, dtype=torch.float64, device="cpu")
        )
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"base_rate must be numbers, not {base_rate!r}") from None
    if real(given, "base_rate").is_meta:
        raise ValueError("base_rate must hold numbers: a tensor on the device meta has none")
    rate = given.detach().to("cpu", torch.float64)
    if rate.shape not in ((), (1,), (last.out_features,)):
        raise ValueError(f"base_rate must be one number or {last.out_features}, not of shape {tuple(rate.shape)}")
    if not bool(((rate > 0) & (rate < 1)).all()):
        raise ValueError(f"base_rate must lie strictly between 0 and 1, not {base_rate}")
    with torch.no_grad():
        last.bias.copy_(logit(rate.expand(last.out_features)))


class _Head(nn.Module):
    """Two hidden ReLU layers (hidden_dim, hidden_dim // 2) and `outputs` logits."""

    def __init__(self, input_dim: int, hidden_dim: int, outputs: int, base_rate: float | Tensor | None) -> None:
        super().__init__()
        check_integers(input_dim=input_dim, hidden_dim=hidden_dim, labels=outputs)
        if input_dim < 1 or hidden_dim < 2 or outputs < 1:
            raise ValueError(
                "need input_dim >= 1, hidden_dim >= 2 and at least one output, "
                f"not {input_dim}, {hidden_dim} and {outputs}"
            )
        last = nn.Linear(hidden_dim // 2, outputs)
        _start_at_base_rate(last, base_rate)
        self.layers = nn.Sequential(
            nn.Linear(input_dim, hidden_dim), nn.ReLU(), nn.Linear(hidden_dim, hidden_dim // 2), nn.ReLU(), last
        )

    @torch.no_grad()
    def predict_proba(self, x: Tensor) -> Tensor:
        """Return probabilities, for reading. To rank, use the logits: rounding makes ties among large ones.

        Parameters
        ----------
        x : Tensor
            (n, input_dim).

        Returns
        -------
        Tensor
            The sigmoid of the logits, in their shape.
        """
        return sigmoid(self(x))


class BinaryClassifier(_Head):
    """A binary classifier that gives one logit a row.

    Train it with `binary_cross_entropy_with_logits` on `model(x)`; never put a sigmoid before that loss.

    Parameters
    ----------
    input_dim : int
        Number of features.
    hidden_dim : int
        Width of the first hidden layer; the second has hidden_dim // 2.
    base_rate : float, optional
        Share of positives, in (0, 1): the last bias starts at its log-odds.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> model = vt.BinaryClassifier(4, 16, base_rate=0.1)
    >>> model(torch.zeros(3, 4)).shape
    torch.Size([3])
    """

    def __init__(self, input_dim: int, hidden_dim: int, *, base_rate: float | None = None) -> None:
        super().__init__(input_dim, hidden_dim, 1, base_rate)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, shape (n,), for x of shape (n, input_dim)."""
        logits: Tensor = self.layers(x)
        return logits.squeeze(-1)


class MultiLabelClassifier(_Head):
    """A classifier with K labels that do not exclude each other: K logits a row, one sigmoid each, never a softmax.

    Parameters
    ----------
    input_dim, hidden_dim : int
        As for `BinaryClassifier`.
    labels : int
        Number of labels, K.
    base_rate : float or Tensor, optional
        Share of positives, one number or one per label.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> vt.MultiLabelClassifier(4, 16, labels=3)(torch.zeros(2, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(
        self, input_dim: int, hidden_dim: int, labels: int, *, base_rate: float | Tensor | None = None
    ) -> None:
        super().__init__(input_dim, hidden_dim, labels, base_rate)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, shape (n, labels), for x of shape (n, input_dim)."""
        logits: Tensor = self.layers(x)
        return logits
