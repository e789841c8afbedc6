"""The report on two models of the same rows."""

import html
import math
import re

import numpy as np
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst

RNG = np.random.default_rng(9)
N = 400
INCOME = RNG.integers(20_000, 90_000, N)
TABLE = {"age": RNG.integers(20, 70, N), "income": INCOME, "g": RNG.choice(["a", "b", "c"], N)}
TABLE["y"] = (RNG.random(N) < vh.sigmoid((INCOME - 5e4) / 3e4)).astype(int)


def fitted(*columns, **options):
    return vh.fit_table(TABLE, "y", columns=columns, **options)


def rows_of(path):
    """The tables side by side: name, first, second."""
    text = path.read_text(encoding="utf-8")
    cells = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>', text)
    return {html.unescape(name): (one, other) for name, one, other in cells}


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


def test_the_numbers_of_both(tmp_path):
    small, large = fitted("income", cv=4), fitted("age", "income", "g", cv=4)
    vh.report([large, small], tmp_path / "r.html")
    rows = rows_of(tmp_path / "r.html")
    for place, model in enumerate((large, small)):
        shown = rows["income (per 10,000)"][place].split()[0]
        slope = model.fit.slopes[model.fit.names.index("income")]
        assert float(shown) == pytest.approx(math.exp(1e4 * slope), rel=5e-3)
        loss = vh.evaluate(model.held_out).log_loss
        assert rows["log-loss"][place].startswith(f"{loss.value:.3f} (")
        assert rows["columns in the design matrix"][place] == str(len(model.fit.names))
    assert rows["g[b], against a"][1] == "–"
    assert "of the first model (age, g) do not fit" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_levels_against_another_level_are_not_compared(tmp_path):
    vh.report((fitted("g"), fitted("g", reference={"g": "b"})), tmp_path / "r.html")
    rows = rows_of(tmp_path / "r.html")
    assert {name for name in rows if name.startswith("g[")} == {
        "g[b], against a", "g[c], against a", "g[a], against b", "g[c], against b",
    }  # fmt: skip
    assert rows["g[c], against a"][1] == rows["g[c], against b"][0] == "–"


def test_a_model_that_was_not_judged(tmp_path):
    vh.report((fitted("age"), fitted("age", "income", cv=3)), tmp_path / "r.html")
    assert "Not judged: first: the first model. Fit it with --cv" in (tmp_path / "r.html").read_text(encoding="utf-8")


@pytest.fixture
def models(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fitted("age").save("small.json")
    fitted("age", "g").save("large.json")
    fitted("age", "g", C=1.0).save("ridge.json")
    vh.fit_table({name: values[:300] for name, values in TABLE.items()}, "y", columns=["age"]).save("fewer.json")
    return tmp_path


def test_the_command(models):
    done = run("compare", "small.json", "large.json", "--report", "both.html")
    assert (done.exit_code, done.stderr) == (0, "Wrote both.html\n")
    page = (models / "both.html").read_text(encoding="utf-8")
    assert "second: large.json" in page
    assert "log-likelihood" in done.stdout
    assert run("compare", "small.json", "large.json", "--report", "-").stdout.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("small.json", "ridge.json"), 3, "the second model is penalised"),
        (("small.json", "fewer.json"), 3, "the models are of other rows"),
        (("small.json",), 2, "Two models are compared, not 1"),
        (("small.json", "none.json"), 2, "none.json: there is no such file"),
        (("relu", "silu"), 2, "--report is for two models"),
    ],
)
def test_bad_requests(models, arguments, code, said):
    refused = run("compare", *arguments, "--report", "r.html")
    assert refused.exit_code == code, refused.stderr
    assert said in refused.stderr
    assert not (models / "r.html").exists()


def test_a_report_over_a_model_or_beside_json(models):
    refused = run("compare", "small.json", "large.json", "--report", "small.json")
    assert (refused.exit_code, "are the same file" in refused.stderr) == (2, True)
    refused = run("compare", "small.json", "large.json", "--report", "-", "--json")
    assert (refused.exit_code, "both write to standard output" in refused.stderr) == (2, True)


@pytest.mark.parametrize("name", ["r.pdf", "r.DOCX"])
def test_a_report_is_a_page(models, name):
    with pytest.raises(OSError, match=r"a report is a page of HTML: name it \.html"):
        vh.report(fitted("age"), name)
    refused = run("compare", "small.json", "large.json", "--report", name)
    assert (refused.exit_code, "name it .html" in refused.stderr) == (2, True)
    assert not (models / name).exists()


@pytest.mark.parametrize("wrong", [(), [1, 2], ("a", "b", "c")])
def test_other_pairs_in_python(tmp_path, wrong):
    with pytest.raises(TypeError, match="on two models of tables"):
        vh.report(wrong, tmp_path / "r.html")
    with pytest.raises(TypeError, match="has no data"):
        vh.report([fitted("age")] * 2, tmp_path / "r.html", TABLE)
