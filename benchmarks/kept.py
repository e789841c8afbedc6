"""Measurements that are kept between runs, so that a long grid can be measured a piece at a time.

They lie under build/bench and belong to the sources they were measured with: other sources, other numbers.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

HOME = pathlib.Path(__file__).parent.parent
STORE = HOME / "build" / "bench"


def fingerprint(patterns: Sequence[str]) -> str:
    """A digest of all files of the repository that match one of the glob patterns."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in patterns for path in HOME.glob(pattern)):
        digest.update(path.relative_to(HOME).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def load(name: str, sources: str) -> Any:
    """What was kept under this name for these sources, or None."""
    path = STORE / f"{name}-{sources}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def save(name: str, sources: str, record: Any) -> None:
    """Keep a record of plain JSON."""
    STORE.mkdir(parents=True, exist_ok=True)
    (STORE / f"{name}-{sources}.json").write_text(json.dumps(record), encoding="utf-8")


def load_arrays(name: str) -> dict[str, np.ndarray] | None:
    """Arrays that were kept under this name, or None."""
    path = STORE / f"{name}.npz"
    return dict(np.load(path)) if path.exists() else None


def save_arrays(name: str, **arrays: np.ndarray) -> None:
    """Keep arrays that do not depend on the sources of the package."""
    STORE.mkdir(parents=True, exist_ok=True)
    np.savez(STORE / f"{name}.npz", **arrays)
