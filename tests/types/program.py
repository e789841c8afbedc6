"""A user's program, which type checkers read and nobody runs."""

from typing import Any, assert_type

import jax
import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

import verhulst as vh
from verhulst.calibration import CalibratedClassifier, Calibrator, Evaluation, Platt
from verhulst.functions.activations import Activation
from verhulst.losses import BinaryCrossEntropy
from verhulst.regression import LogisticRegression, TableFit

z64 = np.zeros(3)
z32 = np.zeros(3, np.float32)
counts = np.arange(3)
series = pd.Series([0.5, 1.5])
target: NDArray[np.float64] = np.zeros((3, 1))

assert_type(vh.sigmoid(z64), NDArray[np.float64])
assert_type(vh.sigmoid(z32), NDArray[np.float32])
assert_type(vh.sigmoid(counts), NDArray[np.floating])
assert_type(vh.sigmoid([1.0, 2.0]), NDArray[np.floating])
assert_type(vh.sigmoid(1.5), np.float64)
assert_type(vh.sigmoid(2), np.float64)
assert_type(vh.sigmoid(True), np.float16)
assert_type(vh.sigmoid(np.float32(1)), np.float32)
assert_type(vh.sigmoid(series), "pd.Series[float]")
assert_type(vh.sigmoid(z64, where=z64 > 0), NDArray[np.float64])
assert_type(vh.sigmoid(z64, dtype="f4"), Any)
assert_type(vh.sigmoid(counts, out=target), NDArray[np.float64])
assert_type(vh.sigmoid.nin, int)

assert_type(vh.leaky_relu(z32, 0.1), NDArray[np.float32])
assert_type(vh.elu(1.0, alpha=2.0), np.float64)
assert_type(vh.leaky_relu(series), "pd.Series[float]")
assert_type(vh.softmax(z32), NDArray[np.float32])
assert_type(vh.log_softmax([[1.0, 2.0]], axis=(0, 1)), NDArray[np.floating])
assert_type(vh.logsumexp(z32, axis=None), np.float32)
assert_type(vh.logsumexp(z32, keepdims=True), NDArray[np.float32])
assert_type(vh.get_num_threads(), int)
assert_type(vh.activations["sigmoid"], Activation)
assert_type(vh.binary_cross_entropy(z32, [0, 1, 0]), NDArray[np.float32])
assert_type(vh.binary_cross_entropy_gradient(z64, 1), NDArray[np.float64])
assert_type(vh.categorical_cross_entropy_gradient(z32, 1), NDArray[np.float32])
assert_type(vh.binary_cross_entropy_all(z64, z64), BinaryCrossEntropy)

assert_type(vh.torch.sigmoid(torch.zeros(3)), torch.Tensor)
assert_type(vh.jax.sigmoid(1.0), jax.Array)

assert_type(vh.LogisticRegression(C=1.0), LogisticRegression)
assert_type(vh.LogisticRegression().fit(np.zeros((4, 1)), [0, 1, 0, 1]), LogisticRegression)
assert_type(vh.fit_table("train.csv", target="y"), TableFit)
assert_type(vh.fit_formula("y ~ x", "train.csv"), TableFit)
assert_type(vh.calibration.Platt(), Platt)
assert_type(vh.calibrate([0.1, 0.9], [0, 1]), Calibrator)
assert_type(vh.evaluate([0, 1], probabilities=[0.1, 0.9]), Evaluation)
assert_type(vh.CalibratedClassifier(), CalibratedClassifier)
