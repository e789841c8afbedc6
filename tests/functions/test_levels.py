"""The same bits at every instruction-set level: activations with a parameter, and functions over an axis.

(Functions of one argument are compared input by input in proofs/.)
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from verhulst import _core

PROGRAM = """
import hashlib
import numpy as np
import verhulst as vh

rng = np.random.default_rng(5)
digest = hashlib.sha256()
for dtype in (np.float16, np.float32, np.float64):
    small = np.ldexp(rng.normal(size=500), rng.integers(-140, 3, 500))
    z = np.concatenate([rng.normal(0, 5, 2000), rng.uniform(-110, 20, 1000), small]).astype(dtype)
    for function in (vh.leaky_relu, vh.elu, vh.elu_derivative, vh.gelu, vh.gelu_derivative, vh.hard_sigmoid):
        digest.update(function(z).tobytes())
    digest.update(vh.elu(z, 0.7).tobytes() + vh.elu_derivative(z, 0.7).tobytes())
    for n in (1, 3, 8, 10, 33, 100, 3500):
        rows = z[: 3500 // n * n].reshape(-1, n)
        for function in (vh.softmax, vh.log_softmax, vh.logsumexp):
            digest.update(function(rows).tobytes())
print(digest.hexdigest())
"""


def digest(level: str) -> str:
    environment = {**os.environ, "VERHULST_CPU": level}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(len(_core.cpu_levels()) == 1, reason="NOT RUN: this processor has one level only")
def test_all_levels_agree() -> None:
    assert len({digest(level) for level in _core.cpu_levels()}) == 1
