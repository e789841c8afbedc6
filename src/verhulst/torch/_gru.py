"""GRU with gates that can be read: one step, and layers over time."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from verhulst.torch._arguments import recurrent_forward
from verhulst.torch._gates import KINDS, GRUGates
from verhulst.torch._recurrent_cell import RecurrentCell
from verhulst.torch._recurrent_layer import RecurrentLayer, first_cell


class GRUCell(RecurrentCell):
    """Gated recurrent unit, one step: parameters, states and results as `torch.nn.GRUCell`.

    Parameters
    ----------
    input_size, hidden_size : int
        At least 1.
    bias : bool
        Whether b_ih and b_hh exist.
    device, dtype : optional
        Of the parameters.

    Notes
    -----
    r = s(a_r + b_r), z = s(a_z + b_z), n = tanh(a_n + r b_n), h' = n + z (h - n), where a = W_ih x + b_ih and
    b = W_hh h + b_hh. K. Cho et al., EMNLP 2014, in the variant that torch and cuDNN compute.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> h, gates = vt.GRUCell(3, 5)(torch.zeros(2, 3), return_gates=True)
    >>> h.shape, gates.update.shape
    (torch.Size([2, 5]), torch.Size([2, 5]))
    """

    mode = "GRU"

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)

    @recurrent_forward
    def forward(
        self, x: Tensor, state: Tensor | None = None, *, return_gates: bool = False
    ) -> Tensor | tuple[Tensor, GRUGates]:
        """One step.

        Parameters
        ----------
        x : Tensor
            (..., input_size).
        state : Tensor, optional
            The state h, (..., hidden_size); zeros unless given.
        return_gates : bool
            Whether to return the gates too.

        Returns
        -------
        Tensor or tuple
            The new h; if asked for, a pair of that and the `GRUGates`.

        Raises
        ------
        ValueError, TypeError
            If x or the state has another shape or type.
        """
        a, b, states = self.arguments(x, state)
        (h,) = KINDS["GRU"].step(a, b, states)
        return (h, KINDS["GRU"].gates(a, b)) if return_gates else h


class GRU(RecurrentLayer):
    """Layers of `GRUCell` over time: parameters, states and results as `torch.nn.GRU`.

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
    device, dtype : optional
        Of the parameters.

    Examples
    --------
    >>> import torch, verhulst.torch as vt
    >>> output, h = vt.GRU(3, 5, batch_first=True)(torch.zeros(2, 7, 3))
    >>> output.shape, h.shape
    (torch.Size([2, 7, 5]), torch.Size([1, 2, 5]))
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
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        options = (bias, batch_first, dropout, bidirectional)
        super().__init__("GRU", input_size, hidden_size, num_layers, *options, device=device, dtype=dtype)

    @property
    def cell(self) -> GRUCell:
        """The cell of the first layer, forward in time, on the layer's own parameters."""
        return first_cell(self, GRUCell)

    @recurrent_forward
    def forward(self, x: Any, state: Tensor | None = None, *, return_gates: bool = False) -> Any:
        """Run over a batch of sequences.

        Parameters
        ----------
        x : Tensor or PackedSequence
            (time, batch, input_size), or as `batch_first` says; (time, input_size) is one sequence.
        state : Tensor, optional
            The state h before the first step, (layers * directions, batch, hidden_size); zeros unless given.
        return_gates : bool
            Whether to return the gates too.

        Returns
        -------
        tuple
            All hidden states of the last layer, in the form of x; the last h in the shape of `state`; if asked for, the
            gates of every step: `GRUGates`, or with several layers or directions a dict of them, with the keys "l0",
            "l0_reverse", "l1" ... of the parameters' names.

        Raises
        ------
        ValueError, TypeError
            If x or the state has another shape or type.
        """
        return self.run(x, state, return_gates)
