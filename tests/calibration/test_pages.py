"""What the pages on calibration show is what happens."""

from __future__ import annotations

import doctest
import pathlib

import pytest

DOCS = pathlib.Path(__file__).parents[2] / "docs"
PAGES = ["tutorials/from-scores-to-a-decision.md", "how-to/calibrate.md", "explanation/honest-evaluation.md"]


@pytest.mark.parametrize("name", PAGES)
def test_every_block_runs(name: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    # A closing fence is no output.
    text = "\n".join("" if line.startswith("```") else line for line in (DOCS / name).read_text("utf-8").splitlines())
    test = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    assert len(test.examples) > 5
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.failures == 0
