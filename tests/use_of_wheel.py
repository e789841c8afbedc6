"""What `make wheel` runs where nothing is installed but the wheel: `python use_of_wheel.py WHEEL`.

Uses the functions, a fit, a calibration and a model file, and refuses a wheel of more than 4 MB.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import zipfile

import numpy as np

import verhulst as vh
from verhulst import _core

MOST = 4_000_000


def main(wheel: str) -> None:
    assert "site-packages" in (vh.__file__ or ""), vh.__file__
    installed = {distribution.metadata["Name"].lower() for distribution in importlib.metadata.distributions()}
    assert installed <= {"verhulst", "numpy", "scipy", "pip", "setuptools"}, installed

    assert vh.sigmoid(-745.0) == 5e-324
    z = np.linspace(-5, 5, 1001)
    np.testing.assert_allclose(vh.logit(vh.sigmoid(z)), z, rtol=1e-13, atol=1e-15)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2000, 3))
    y = (rng.random(2000) < vh.sigmoid(X @ [1.0, -2.0, 0.5] + 0.3)).astype(int)
    fit = vh.regression.fit(X, y)
    assert np.allclose(fit.coefficients, [0.3, 1.0, -2.0, 0.5], atol=0.3), fit.coefficients
    calibrator = vh.calibration.Platt().fit(3 * (X @ [1.0, -2.0, 0.5]), y)
    calibrator.save("calibrator.json")
    assert type(vh.load("calibrator.json")) is type(calibrator)

    with zipfile.ZipFile(wheel) as parts:
        largest = sorted(parts.infolist(), key=lambda part: -part.compress_size)[:3]
        unpacked = sum(part.file_size for part in parts.infolist())
    size = os.path.getsize(wheel)
    print(f"{os.path.basename(wheel)}: {size / 1e6:.2f} MB, {unpacked / 1e6:.2f} MB installed")
    for part in largest:
        print(f"  {part.filename}: {part.compress_size / 1e6:.2f} MB of {part.file_size / 1e6:.2f} MB")
    print(f"levels: {', '.join(_core.built_levels())}; used in {os.getcwd()}: {_core.cpu_level()}")
    assert size <= MOST, f"more than {MOST / 1e6:g} MB"


if __name__ == "__main__":
    main(sys.argv[1])
