"""LSTM with gates that can be read: one step, and layers over time."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from verhulst.torch._arguments import recurrent_forward
from verhulst.torch._gates import KINDS, LSTMGates
from verhulst.torch._recurrent_cell import RecurrentCell
from verhulst.torch._recurrent_layer import RecurrentLayer, first_cell


def _open(bias_ih: Tensor | None, bias_hh: Tensor | None, forget_bias: float) -> None:
    """Start the forget gate at that bias."""
    if bias_ih is None or bias_hh is None:
        raise ValueError("forget_bias needs bias=True: without a bias there is nothing to start at 1")
    given: Any = forget_bias
    if not isinstance(given, Real):
        raise TypeError(f"forget_bias must be a number, not {type(given).__name__}")
    if not math.isfinite(given):
        raise ValueError(f"forget_bias must be finite, not {given}")
    forget = slice(len(bias_ih) // 4, len(bias_ih) // 2)
    with torch.no_grad():
        bias_ih[forget] = forget_bias
        bias_hh[forget] = 0.0


class LSTMCell(RecurrentCell):
    """Long short-term memory, one step: parameters, states and results as `torch.nn.LSTMCell`.

    Parameters
    ----------
    input_size, hidden_size : int
        At least 1.
    bias : bool
        Whether b_ih and b_hh exist.
    device, dtype : optional
        Of the parameters.
    forget_bias : float, optional
        Start the forget gate's bias at this number (1 keeps memory open at first: R. Jozefowicz et al., ICML 2015);
        None starts it as torch does. Needs `bias`.

    Notes
    -----
    With (i, f, g, o) = (s, s, tanh, s) of the four parts of W_ih x + b_ih + W_hh h + b_hh: c' = f c + i g and
    h' = o tanh(c'). S. Hochreiter, J. Schmidhuber, Neural Computation 9 (1997); the forget gate is from F. Gers et al.,
    Neural Computation 12 (2000).

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> cell = vt.LSTMCell(3, 5, forget_bias=1.0)
    >>> cell
    LSTMCell(3, 5)
    >>> (h, c), gates = cell(torch.zeros(2, 3), return_gates=True)
    >>> h.shape, gates.forget.shape
    (torch.Size([2, 5]), torch.Size([2, 5]))
    """

    mode = "LSTM"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        forget_bias: float | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        if forget_bias is not None:
            _open(self.bias_ih, self.bias_hh, forget_bias)

    @recurrent_forward
    def forward(
        self, x: Tensor, state: tuple[Tensor, Tensor] | None = None, *, return_gates: bool = False
    ) -> tuple[Tensor, Tensor] | tuple[tuple[Tensor, Tensor], LSTMGates]:
        """One step.

        Parameters
        ----------
        x : Tensor
            (..., input_size).
        state : tuple of Tensor, optional
            The pair (h, c), each (..., hidden_size); zeros unless given.
        return_gates : bool
            Whether to return the gates too.

        Returns
        -------
        tuple
            The new (h, c); if asked for, a pair of that and the `LSTMGates`.

        Raises
        ------
        ValueError, TypeError
            If x or a state has another shape or type.
        """
        a, b, states = self.arguments(x, state)
        if not return_gates:
            h, c = KINDS["LSTM"].step(a, b, states)
            return h, c
        gates: LSTMGates = KINDS["LSTM"].gates(a, b)
        h, c = KINDS["LSTM"].step(a, b, states)  # may write over b
        return (h, c), gates


class LSTM(RecurrentLayer):
    """Layers of `LSTMCell` over time: parameters, states and results as `torch.nn.LSTM`.

    Parameters
    ----------
    input_size, hidden_size, num_layers : int
        At least 1.
    bias : bool
        Whether b_ih and b_hh exist.
    batch_first : bool
        Whether x is (batch, time, input_size), not (time, batch, input_size).
    dropout : float
        Probability of dropping an output between two layers in training.
    bidirectional : bool
        Whether a second pass runs backwards in time; its outputs stand behind those of the first.
    proj_size : int
        If not 0, h is projected to this size.
    device, dtype : optional
        Of the parameters.
    forget_bias : float, optional
        As for `LSTMCell`, in all layers.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> layer = vt.LSTM(3, 5, num_layers=2, bidirectional=True)
    >>> layer
    LSTM(3, 5, num_layers=2, bidirectional=True)
    >>> layer.load_state_dict(torch.nn.LSTM(3, 5, num_layers=2, bidirectional=True).state_dict())
    <All keys matched successfully>
    >>> output, (h, c), gates = layer(torch.zeros(7, 2, 3), return_gates=True)
    >>> output.shape, h.shape, list(gates), gates["l0"].forget.shape
    (torch.Size([7, 2, 10]), torch.Size([4, 2, 5]), ['l0', 'l0_reverse', 'l1', 'l1_reverse'], torch.Size([7, 2, 5]))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
        *,
        forget_bias: float | None = None,
    ) -> None:
        options = (bias, batch_first, dropout, bidirectional, proj_size)
        super().__init__("LSTM", input_size, hidden_size, num_layers, *options, device=device, dtype=dtype)
        if forget_bias is not None:
            passes = [name.removeprefix("weight_ih") for name in self._parameters if name.startswith("weight_ih")]
            for name in passes:
                _open(getattr(self, f"bias_ih{name}", None), getattr(self, f"bias_hh{name}", None), forget_bias)

    @property
    def cell(self) -> LSTMCell:
        """The cell of the first layer, forward in time, on the layer's own parameters."""
        return first_cell(self, LSTMCell)

    @recurrent_forward
    def forward(self, x: Any, state: tuple[Tensor, Tensor] | None = None, *, return_gates: bool = False) -> Any:
        """Run over a batch of sequences.

        Parameters
        ----------
        x : Tensor or PackedSequence
            (time, batch, input_size), or as `batch_first` says; (time, input_size) is one sequence.
        state : tuple of Tensor, optional
            The pair (h, c) before the first step, each (layers * directions, batch, size); zeros unless given.
        return_gates : bool
            Whether to return the gates too.

        Returns
        -------
        tuple
            All hidden states of the last layer, in the form of x; the last (h, c) in the shape of `state`; if asked
            for, the gates of every step: `LSTMGates`, or with several layers or directions a dict of them, with the
            keys "l0", "l0_reverse", "l1" ... of the parameters' names.

        Raises
        ------
        ValueError, TypeError
            If x or a state has another shape or type.
        """
        return self.run(x, state, return_gates)
