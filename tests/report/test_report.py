"""The report: what it says, that it stands by itself, and that it holds no row of the data."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

import verhulst as vh
from verhulst.data import DataError, OutputError, load_dataset, read_table
from verhulst.regression import TableFit, fit_table
from verhulst.regression.collinearity import CollinearWarning
from verhulst.regression.separation import SeparationWarning
from verhulst.report.drawing import reliability_chart

VOID = {"meta", "link", "br", "img", "hr", "input"}


class Page(HTMLParser):
    """Checks that tags are balanced, and gathers text and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def parsed(path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    assert page.open == []
    return page


@pytest.fixture(scope="module")
def model() -> TableFit:
    return fit_table(load_dataset("anes96"), "vote", positive="Dole", reference={"party": "independent"})


def said(path) -> str:
    return re.sub(r"\s+", " ", " ".join(parsed(path).text)).replace("\u00a0", " ")


def test_it_stands_by_itself(model, tmp_path):
    path = tmp_path / "r.html"
    vh.report(model, path)
    page = parsed(path)
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 300_000
    assert not re.search(r"(https?:)?//[a-z]", text)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed"}
    assert not {name for name, _ in page.attributes} & {"src", "href", "srcset", "onload", "onclick"}
    assert "@import" not in text
    assert "url(" not in text
    assert [p.name for p in tmp_path.iterdir()] == ["r.html"]


def test_light_dark_and_print(model, tmp_path):
    vh.report(model, tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert "color-scheme: light dark" in text
    assert "$" not in text


def test_what_it_says(model, tmp_path):
    vh.report(model, tmp_path / "r.html")
    text = said(tmp_path / "r.html")
    for part in (
        "anes96 (comes with verhulst)",
        "Factors associated with vote = Dole",
        "393 of 944",
        "41.6 %",
        "party 'strong Republican' instead of 'independent': 23.0 times the odds of vote = Dole (95 % interval: 8.06 "
        "to 65.9 times).",
        "No clear effect (the interval contains 1, no change): tv_news, age, education, income.",
        "vote = Clinton: 551 cases, median 3.8 %",
        "These are the rows of the fit itself",
        "How to read odds ratios",
    ):
        assert part in text, part
    assert "Before you rely on this" not in text


def test_it_is_accessible(model, tmp_path):
    vh.report(model, tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    for svg in re.findall(r"<svg[^>]*>", text):
        assert 'aria-hidden="true"' in svg or ('role="img"' in svg and 'aria-label="' in svg)
    assert text.count('scope="row"') >= 12


def test_it_is_drawn_without_matplotlib(tmp_path):
    """The extra `cli` has none."""
    program = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import numpy as np, verhulst as vh\n"
        "vh.report(vh.fit_table(vh.data.load_dataset('anes96'), 'vote', positive='Dole'), 'model.html')\n"
        "z = np.linspace(-3, 3, 200)\n"
        "y = np.random.default_rng(0).random(200) < vh.sigmoid(z)\n"
        "vh.report(vh.calibration.Platt().fit(z, y), 'map.html', data=(z, y))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)
    assert (tmp_path / "model.html").read_text(encoding="utf-8").count('class="chart"') == 2
    assert (tmp_path / "map.html").read_text(encoding="utf-8").count('class="chart"') == 2


@pytest.mark.parametrize("kind", ["corp", "bins"])
def test_the_diagram_stands_where_the_record_says(kind):
    rng = np.random.default_rng(3)
    z = rng.normal(0, 2, 400)
    curve = vh.calibration.reliability(rng.random(400) < vh.sigmoid(z), z, scores_are="logits", kind=kind)
    svg = reliability_chart(vh.figures.prepare_reliability(curve).panels[0], "a label with <signs>")
    assert 'aria-label="a label with &lt;signs&gt;"' in svg
    if kind == "bins":
        places = re.findall(r'class="point1" cx="(.*?)" cy="(.*?)"', svg)
        expected = np.column_stack([curve.probability, curve.rate])
    else:
        places = [point.split(",") for point in re.search(r'class="curve" points="(.*?)"', svg)[1].split()]
        expected = np.column_stack([curve.probability, curve.rate])[[0, -1]]
        places = [places[0], places[-1]]
    drawn = np.array(places, dtype=float)
    np.testing.assert_allclose((drawn[:, 0] - 46) / 370, expected[:, 0], atol=0.06 / 370)
    np.testing.assert_allclose((288 - drawn[:, 1]) / 262, expected[:, 1], atol=0.06 / 262)


def test_rows_of_one_outcome(model, tmp_path):
    table = load_dataset("anes96")
    dole = table.filter(np.array(table["vote"].to_pylist()) == "Dole")
    vh.report(model, tmp_path / "r.html", dole)
    assert "vote = Dole: 393 cases, median 89.9 %" in said(tmp_path / "r.html")


def test_a_model_without_columns(tmp_path):
    vh.report(vh.regression.fit(np.empty((10, 0)), [0, 1] * 5), tmp_path / "r.html")
    assert "Odds ratios" not in said(tmp_path / "r.html")


def test_it_holds_no_row(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(200)
    names = [f"secret{i}" for i in range(200)]
    table = {"y": (x + rng.standard_normal(200) > 0).astype(int), "x": x, "name": names}
    vh.report(fit_table(table, "y", exclude=["name"]), tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "secret" not in text
    assert not any(f"{value:.6f}" in text for value in x)


def test_names_are_escaped(tmp_path):
    rng = np.random.default_rng(0)
    table = {"y</title><script>": [0, 1] * 30, '<b>"x"&': rng.standard_normal(60), "g": ["<i>", "$a", "%"] * 20}
    vh.report(fit_table(table, "y</title><script>"), tmp_path / "r.html")
    page = parsed(tmp_path / "r.html")
    assert not page.tags & {"script", "b", "i"}
    assert '<b>"x"&' in "".join(page.text)


def test_other_rows(model, tmp_path):
    new = load_dataset("anes96").slice(0, 300)
    vh.report(model, tmp_path / "r.html", new)
    text = said(tmp_path / "r.html")
    assert "These are the 300 rows of anes96 (comes with verhulst)." in text
    with pytest.raises(DataError):
        vh.report(model, tmp_path / "r2.html", {"vote": ["Dole"], "party": ["Green"]})
    assert not (tmp_path / "r2.html").exists()


def test_a_loaded_model_makes_the_same_report(model, tmp_path):
    model.save(tmp_path / "m.json")
    vh.report(vh.load(tmp_path / "m.json"), tmp_path / "a.html")
    vh.report(model, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_fit_of_arrays(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 2))
    y = (X[:, 0] + rng.standard_normal(100) > 0).astype(float)
    fitted = vh.regression.fit(X, y, names=["first", "second"])
    vh.report(fitted, tmp_path / "a.html")
    assert "Predicted probabilities" not in said(tmp_path / "a.html")
    vh.report(fitted, tmp_path / "b.html", (X, y))
    assert "Predicted probabilities" in said(tmp_path / "b.html")


def test_an_estimator(tmp_path):
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100, 2))
    y = (X[:, 0] + rng.standard_normal(100) > 0).astype(float)
    vh.report(vh.LogisticRegression().fit(X, y), tmp_path / "a.html")
    vh.report(vh.regression.fit(X, y, names=["x1", "x2"]), tmp_path / "b.html")
    assert said(tmp_path / "a.html") == said(tmp_path / "b.html")


def test_what_separated_data_do_not_determine(tmp_path):
    rng = np.random.default_rng(4)
    y = np.arange(60) % 2
    table = {"y": y, "noise": rng.standard_normal(60), "leak": y * rng.integers(1, 9, 60)}
    with pytest.warns(SeparationWarning):
        fitted = fit_table(table, "y")
    vh.report(fitted, tmp_path / "r.html")
    text = said(tmp_path / "r.html")
    for part in (
        "The outcomes are separated (complete): the columns predict the outcome of all 60 rows without error. "
        "y = 1 in every row with leak ≥ 1, and in no row with leak ≤ 0.",
        "Infinite in every separating direction: (intercept) −∞, leak +∞.",
        "and others lower it: noise.",
        "noise – not determined –",
        "there is no best fit: the outcomes are separated",
        "no maximum",
    ):
        assert part in text, part
    for claim in ("perfect", "AIC", "standard errors the Newton decrement", "-0.0"):
        assert claim not in text
    html = (tmp_path / "r.html").read_text()
    assert html.count('class="arrow') == 1


def test_separated_collinear_and_few(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.standard_normal(60)
    y = (x + rng.standard_normal(60) > 0).astype(int)
    g = np.where(y == 1, rng.choice(["a", "b", "c"], 60), rng.choice(["a", "b"], 60))
    table = {
        "y": y,
        "x": x,
        "twice": 2 * x,
        "one": np.ones(60),
        "g": g,
        **{f"z{i}": rng.standard_normal(60) for i in range(4)},
    }
    with pytest.warns(SeparationWarning), pytest.warns(CollinearWarning):
        fitted = fit_table(table, "y")
    vh.report(fitted, tmp_path / "r.html")
    text = said(tmp_path / "r.html")
    for part in (
        "Before you rely on this",
        "The outcomes are separated (quasi-complete): the columns predict the outcome of",
        "Infinite in every separating direction: g[c] +∞.",
        "no maximum",
        "Every row with g[c] = 1 has y = 1.",
        "Column 'twice' is a combination of others: twice = 2·x.",
        "Column 'one' is constant (1).",
        "fewer than 10 per column",
        "∞ no finite estimate",
        "left out",
    ):
        assert part in text, part


def test_missing_rows_rare_levels_and_penalties(tmp_path):
    rng = np.random.default_rng(2)
    x = rng.standard_normal(300)
    x[:30] = np.nan
    table = {"y": rng.integers(0, 2, 300), "x": x, "g": ["rare"] * 3 + ["a", "b", "c"] * 99}
    table["g"][100] = "rare"
    table["y"][100], table["y"][101] = 0, 1
    table["g"][101] = "rare"
    vh.report(fit_table(table, "y", missing="drop", C=1.0), tmp_path / "r.html")
    text = said(tmp_path / "r.html")
    assert "30 of 300 rows (10.0 %) have missing values and were left out." in text
    assert "Few rows have g[rare] (2)." in text
    assert "The fit is penalised (L2, C = 1)" in text


def test_errors(model, tmp_path):
    with pytest.raises(TypeError, match=r"a report needs a fitted model, not a str"):
        vh.report("model", tmp_path / "r.html")
    with pytest.raises(OutputError, match=r"does not exist. Make it first"):
        vh.report(model, tmp_path / "none" / "r.html")
    with pytest.raises(ValueError, match=r"between 0 and 1, not 95"):
        vh.report(model, tmp_path / "r.html", level=95)
    assert list(tmp_path.iterdir()) == []


def test_the_room_and_its_function_share_a_name(model, tmp_path):
    import verhulst.report

    verhulst.report(model, tmp_path / "a.html")
    verhulst.report.report(model, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_many_columns_stay_small(tmp_path):
    rng = np.random.default_rng(0)
    table = {f"column{i}": rng.standard_normal(4000) for i in range(200)} | {"y": rng.integers(0, 2, 4000)}
    vh.report(fit_table(read_table(table), "y"), tmp_path / "r.html")
    assert (tmp_path / "r.html").stat().st_size < 300_000
