"""Reports of models that were judged on held-out rows: quality, points, what columns were taken for."""

import html
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.report.contents import contents_of_table

RNG = np.random.default_rng(6)
N = 240
FRAME = pd.DataFrame(
    {
        "age": RNG.integers(20, 80, N).astype(float),
        "region": RNG.choice(["N", "S", "W"], N),
        "signup": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 700, N), unit="D"),
        "paid": RNG.random(N) < 0.5,
    }
)
FRAME["ill"] = (RNG.random(N) < vh.sigmoid(0.06 * FRAME.age - 3 + (FRAME.region == "S"))).astype(int)
FRAME.loc[[5, 200], "age"] = None
DATES = {"signup": "weekday"}


def text(page):
    return html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")


def headings(page):
    return re.findall(r"<h2>(.*?)</h2>", page)


@pytest.mark.parametrize("folded", [True, False])
def test_the_page_has_the_quality_of_held_out_rows(tmp_path, folded):
    path = tmp_path / "r.html"
    if folded:
        model = vh.fit_table(FRAME, "ill", missing="drop", dates=DATES, cv=5)
        vh.report(model, path)
        rows, held_out = "238 rows in 5 folds", model.held_out
    else:
        model = vh.fit_table(FRAME[:150], "ill", missing="drop", dates=DATES)
        vh.report(model, path, FRAME[150:])
        rows, held_out = "89 rows of", model.test_on(FRAME[150:])
    page = path.read_text()
    assert headings(page)[:3] == ["In words", "Before you rely on this", "On rows that the model has not seen"]
    assert "What the columns were taken for" in headings(page)
    assert ("In percentage points" in headings(page)) is not folded  # the rows are not at hand
    shown, result = text(page), vh.evaluate(held_out)
    assert rows in shown
    assert f"{held_out.left_out:,} rows with missing values are not among the held-out rows" in shown
    for value in (result.roc_auc, result.log_loss, result.brier, result.cox.slope):
        assert f"{value.value:.3f}".replace("-", "−") in shown
    for sentence in result.verdict.sentences:
        assert sentence in shown
    assert "a date, as its day of the week" in shown
    assert "all levels: χ²(2)" in shown


def test_a_model_from_its_file_gives_nearly_the_same(tmp_path):
    model = vh.fit_table(FRAME, "ill", missing="drop", columns=["age", "region"], cv=5)
    model.save(tmp_path / "m.json")
    own, again = (contents_of_table(each).quality.result for each in (model, vh.load(tmp_path / "m.json")))
    assert again.roc_auc.value == pytest.approx(own.roc_auc.value, abs=2e-3)
    assert again.verdict.faults == own.verdict.faults


def test_the_command_line_puts_effects_in_points_into_the_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    FRAME.to_csv("d.csv", index=False)
    given = ["fit", "d.csv", "-t", "ill", "-x", "signup", "--missing", "drop"]
    done = CliRunner().invoke(verhulst, [*given, "--cv", "4", "--report", "r.html"])
    assert done.exit_code == 0, done.stderr
    page = (tmp_path / "r.html").read_text()
    assert "In percentage points" in headings(page)
    model = vh.fit_table(FRAME, "ill", columns=["age", "region", "paid"], missing="drop")
    points = model.effects_in_points(FRAME)
    assert f"{100 * points.average['region[S]'].estimate:.1f}" in text(page)
    assert "Typical row: age" in text(page)
    assert "Effects on the probability" not in done.stdout  # it was not asked for there
    penalised = CliRunner().invoke(verhulst, [*given, "--C", "1", "--report", "p.html"])
    assert penalised.exit_code == 0, penalised.stderr
    assert "In percentage points" not in headings((tmp_path / "p.html").read_text())


def test_dates_have_their_rows_in_the_table_of_odds_ratios(tmp_path):
    for part in ("weekday", "days"):
        model = vh.fit_table(FRAME, "ill", columns=["age", "signup"], missing="drop", dates={"signup": part})
        vh.report(model, tmp_path / "r.html")
        name = model.design.columns[1].levels[-1] if part == "weekday" else "days(signup)"
        assert f" {name} " in text((tmp_path / "r.html").read_text())


def test_effects_in_points_are_for_the_steps_of_odds_ratios(tmp_path, monkeypatch):
    """A dollar changes a probability by nothing that can be read; ten thousand of them do."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(4)
    dollars = rng.uniform(1000, 90_000, 400).round(2)
    ill = (rng.random(400) < 1 / (1 + np.exp((45_000 - dollars) / 30_000))).astype(int)
    pd.DataFrame({"ill": ill, "balance": dollars}).to_csv("d.csv", index=False)
    done = CliRunner().invoke(
        verhulst, ["fit", "d.csv", "-t", "ill", "--effects", "--report", "p.html", "-o", "m.json"]
    )
    assert done.exit_code == 0, done.output
    [odds, points] = [line.split() for line in done.stdout.splitlines() if "balance (per" in line]
    assert odds[:3] == points[:3] == ["balance", "(per", "10,000)"]
    [estimate] = [line.estimate for line in vh.load("m.json").effects_in_points("d.csv").average]
    assert float(points[3]) == pytest.approx(100 * 10_000 * estimate, rel=0.01)
    assert (tmp_path / "p.html").read_text().count("balance (per 10,000)") == 2


@pytest.mark.parametrize(
    ("options", "advice"),
    [({}, "(--C 1, --firth)"), ({"firth": True}, "--C 1 in place of --firth"), ({"C": 1.0}, "a smaller --C")],
)
def test_the_advice_is_not_what_was_done(options, advice):
    rng = np.random.default_rng(1)
    table = {f"x{k}": rng.normal(size=160) for k in range(25)} | {"y": np.arange(160) % 2}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model = vh.fit_table(table, "y", cv=5, **options)
    [said] = contents_of_table(model).quality.advice()
    assert advice in said
