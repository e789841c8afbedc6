"""SciPy's own tests of softmax, log_softmax and logsumexp, run on ours where the contract is the same.

SciPy's default axis is None where ours is -1; `b=`, `return_sign=` and complex numbers are SciPy's alone, and a single
inf among the scores has a limit here where SciPy gives nan.
"""

from __future__ import annotations

import functools
import inspect
from types import ModuleType

import numpy as np
import pytest

import verhulst as vh

module = pytest.importorskip("scipy.special.tests.test_logsumexp", reason="NOT RUN: this SciPy comes without its tests")

OURS = {
    name: functools.partial(getattr(vh, name), axis=None) for name in ("softmax", "log_softmax", "logsumexp")
}  # fmt: skip
ELSEWHERE = ("b=", "return_sign", "complex", "1j", "xp_capabilities", "assert_dtype")


def methods() -> list[tuple[str, str]]:
    found = []
    for owner in ("TestSoftmax", "TestLogSoftmax", "TestLogSumExp"):
        for name, function in vars(getattr(module, owner)).items():
            if not name.startswith("test_") or not inspect.isfunction(function):
                continue
            only_xp = set(inspect.signature(function).parameters) <= {"self", "xp"}
            if only_xp and not any(word in inspect.getsource(function) for word in ELSEWHERE):
                found.append((owner, name))
    return found


@pytest.mark.parametrize(("owner", "name"), methods())
def test_scipys_test(owner: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(module, ModuleType)
    for function, ours in OURS.items():
        monkeypatch.setattr(module, function, ours)
    instance = getattr(module, owner)()
    method = getattr(instance, name)
    method(**({"xp": np} if "xp" in inspect.signature(method).parameters else {}))


def test_enough_of_them_ran() -> None:
    assert len(methods()) >= 15
