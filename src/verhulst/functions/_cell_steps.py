"""The ufuncs behind the recurrent cells of `verhulst.torch`, made here so that they get bfloat16 loops too."""

from verhulst import _core

lstm_step = _core.rows_ufunc("_lstm_step", "(i, f, g, o, c) -> (h', c')")
gru_step = _core.rows_ufunc("_gru_step", "(a_r, a_z, a_n, b_r, b_z, b_n, h) -> h'")
lstm_gradient = _core.rows_ufunc("_lstm_gradient", "(i, f, g, o, c, c', by h', by c') -> by (i, f, g, o, c)")
gru_gradient = _core.rows_ufunc("_gru_gradient", "(a_r, a_z, a_n, b_r, b_z, b_n, h, by h') -> by the first seven")
