"""The line on a terminal that shows how far a command has come."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

import verhulst as vh
from verhulst.cli import progress as line
from verhulst.data import Progress

SHOWN = (
    "import sys\nfrom verhulst.cli import progress\nprogress.SHOWN_FROM = progress.SHOWN_EVERY = 0.0\n"
    "from verhulst.cli.group import verhulst\nverhulst(sys.argv[1:])\n"
)


def on_terminal(arguments: list[str], **more: str) -> bytes:
    """What a command writes to standard error that is a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", SHOWN, *arguments]
    process = subprocess.Popen(
        command, stderr=theirs, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=os.environ | more
    )
    os.close(theirs)
    said = b""
    try:
        while some := os.read(ours, 1 << 16):
            said += some
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    assert process.wait(120) == 0, said
    return said


def test_a_terminal_shows_a_line_that_is_gone_at_the_end(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=100_000)
    path, model = str(tmp_path / "votes.csv"), str(tmp_path / "m.json")
    csv.write_csv(pa.table({"x": x, "y": (rng.random(len(x)) < vh.sigmoid(x)).astype(int)}), path)
    said = on_terminal(["fit", path, "-t", "y", "-o", model], TERM="xterm").split(b"\r\x1b[K")
    assert any(each.startswith(b"reading: ") and b"rows/s, 0:00:0" in each for each in said)
    assert any(each.startswith(b"fitting: pass 1, decrement ") for each in said)
    assert said[-1] == f"Wrote {model}\r\n".encode()


@pytest.mark.parametrize(("terminal", "name"), [(False, "xterm"), (True, "dumb")])
def test_no_line_elsewhere(monkeypatch, capsys, terminal, name):
    monkeypatch.setattr(line.sys.stderr, "isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("TERM", name)
    with line.shown_progress() as callback:
        assert callback is None
    assert capsys.readouterr().err == ""


def test_a_line_is_not_longer_than_the_terminal(monkeypatch, capsys):
    monkeypatch.setattr(line.sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(line.sys.stderr, "fileno", lambda: 2, raising=False)
    monkeypatch.setattr(line.os, "get_terminal_size", lambda _: os.terminal_size((20, 5)))
    monkeypatch.setenv("TERM", "xterm")
    with line.shown_progress() as callback:
        assert callback is not None
        callback(Progress("read", 1, 10, 0.1))  # too early
        callback(Progress("read", 2, 123_456_789, 1.0))
        callback(Progress("read", 3, 123_456_789, 1.01))  # too soon after the last
        callback(Progress("fit", 1, 9, 0.6, decrement=0.5))
    assert capsys.readouterr().err == "\r\x1b[Kreading: 123,456,78\r\x1b[Kfitting: pass 1, de\r\x1b[K"
