"""`verhulst calibrate`, `evaluate` and `predict` on a calibrator, as a shell sees them."""

from __future__ import annotations

import json
import pathlib
import re

import numpy as np
import pytest
from click.testing import CliRunner, Result

import verhulst as vh

pytest.importorskip("pyarrow")
from verhulst.cli.group import verhulst


def run(*arguments: str | pathlib.Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(verhulst, [str(a) for a in arguments], input=stdin)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    rng = np.random.default_rng(0)
    z = rng.normal(-1.0, 1.5, 1200)
    y = rng.random(1200) < vh.sigmoid(z)
    raw = 2.2 * z + 0.8
    path = tmp_path_factory.mktemp("scores") / "scored.csv"
    lines = ["logit,p,y,region,w"]
    for i, (a, b) in enumerate(zip(raw, y, strict=True)):
        lines.append(f"{float(a)!r},{float(vh.sigmoid(a))!r},{'yes' if b else 'no'},{'ab'[i % 2]},{1 + i % 3}")
    path.write_text("\n".join(lines) + "\n")
    return path


OUTCOME = ("--target", "y", "--positive", "yes")


def test_calibrate_predict_evaluate(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    done = run("calibrate", data, "--score", "logit", *OUTCOME, "-o", tmp_path / "map.json", "--json")
    assert done.exit_code == 0, done.output
    record = json.loads(done.stdout)
    assert record["command"] == "calibrate"
    assert record["map"] == type(vh.load(tmp_path / "map.json")).__name__
    assert [c["name"] for c in record["candidates"]][-1] == "identity"
    done = run("predict", tmp_path / "map.json", data, "-o", tmp_path / "new.csv")
    assert done.exit_code == 0, done.output
    done = run(
        "evaluate", tmp_path / "new.csv", "--score", "probability", "--scores", "probabilities", *OUTCOME, "--json"
    )
    after = json.loads(done.stdout)
    before = json.loads(run("evaluate", data, "--score", "logit", *OUTCOME, "--json").stdout)
    assert after["log_loss"]["value"] < before["log_loss"]["value"]
    assert after["cox"]["slope"]["value"] == pytest.approx(1.0, abs=0.05)


def test_a_gate_that_fails_exits_with_1(data: pathlib.Path) -> None:
    arguments = ("evaluate", data, "--score", "logit", *OUTCOME)
    assert run(*arguments, "--fail-if", "ece > 0.5").exit_code == 0
    failed = run(*arguments, "--by", "region", "--fail-if", "ece > 0.05", "--fail-if", "slope<0.8")
    assert failed.exit_code == 1
    assert "Failed: ece is 0.1" in failed.stderr
    assert "Failed: group a: slope is 0.4" in failed.stderr
    assert "group b" in failed.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--score", "p"), 3, r"every score lies in \[0, 1\] .* Say --scores probabilities or --scores logits\."),
        (("--score", "logits"), 2, "there is no column 'logits'. Did you mean 'logit'"),
        (("--score", "region"), 3, "column 'region' must contain numbers"),
        (("--score", "logit", "--scores", "probabilities"), 3, r"probabilities lie outside \[0, 1\]"),
        (("--score", "logit", "--fail-if", "ec > 1"), 2, "there is no measure 'ec'. Did you mean 'ece'"),
        (("--score", "logit", "--fail-if", "ece"), 2, "is not a condition; write a measure"),
        (("--score", "logit", "--weight", "p2"), 2, "there is no column 'p2'"),
    ],
)
def test_faults(data: pathlib.Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = run("evaluate", data, *OUTCOME, *arguments)
    assert done.exit_code == code
    assert re.search(message, done.stderr.replace("\n", " "))
    assert "Traceback" not in done.stderr


def test_missing_cells_are_counted(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    holes = tmp_path / "holes.csv"
    lines = data.read_text().splitlines()
    lines[3] = "," + lines[3].split(",", 1)[1]
    holes.write_text("\n".join(lines) + "\n")
    done = run("evaluate", holes, "--score", "logit", *OUTCOME)
    assert done.exit_code == 3
    assert "column 'logit' is missing in 1 of 1200 rows (first in row 3)" in done.stderr


def test_standard_input_and_the_report(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    page = tmp_path / "report.html"
    done = run(
        "calibrate", "-", "--score", "p", "--scores", "probabilities", "--weight", "w", *OUTCOME,
        "-o", tmp_path / "map.json", "--report", page, stdin=data.read_text(),
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    html = page.read_text(encoding="utf-8")
    assert "Calibrated: y = yes" in html
    assert "The scores were too extreme" in html
    # One offline file of bounded size: the only addresses are the names of SVG's vocabularies.
    assert {a for a in re.findall(r"https?://[^\"'\s<]*", html) if "w3.org" not in a} == set()
    assert "<script" not in html
    assert len(html) < 300_000
    calibrator = vh.load(tmp_path / "map.json")
    assert (calibrator.kind_, calibrator.column_) == ("probabilities", "p")


def test_a_calibrator_of_arrays_knows_no_column(data: pathlib.Path, tmp_path: pathlib.Path) -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(0, 2, 300)
    vh.calibration.Platt().fit(z, rng.random(300) < vh.sigmoid(z)).save(tmp_path / "map.json")
    done = run("predict", tmp_path / "map.json", data)
    assert done.exit_code == 3
    assert "has no column" in done.stderr


def test_report_from_python(tmp_path: pathlib.Path) -> None:
    rng = np.random.default_rng(1)
    z = rng.normal(0, 2, 400)
    y = (rng.random(400) < vh.sigmoid(0.4 * z)).astype(float)
    calibrator = vh.calibration.Isotonic().fit(z, y)
    vh.report(calibrator, tmp_path / "page.html", data=(z, y))
    html = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "the best non-decreasing function" in html
    assert "numbers" in html
    with pytest.raises(TypeError, match=r"needs data=\(scores, y\)"):
        vh.report(calibrator, tmp_path / "other.html")
    assert not (tmp_path / "other.html").exists()
