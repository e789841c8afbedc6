"""The report of a multinomial fit: what it says, of which rows, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from tests.report.test_report import parsed

import verhulst as vh
from verhulst.data import DataError

VOTES = vh.data.load_dataset("anes96")


@pytest.fixture(scope="module")
def model():
    return vh.fit_table(
        VOTES, "party", multinomial=True, columns=["age", "vote"], reference={"party": "independent", "vote": "Dole"}
    )


def test_what_it_says(model, tmp_path):
    vh.report(model, tmp_path / "a.html")
    text = " ".join("".join(parsed(tmp_path / "a.html").text).split())
    assert "Factors associated with party" in text
    assert "Odds ratios against independent" in text
    assert text.count("cases, ") == 6  # in the headings
    assert "The most probable class is the right one in " in text
    assert "These are the rows of the fit itself" in text
    ratio = model.odds_ratios()["weak Democrat"]["vote[Clinton]"]
    assert f"{ratio.estimate:.2f}" in text
    assert "odds of weak Democrat rather than independent" in text


def test_the_confusion_is_that_of_the_rows(model, tmp_path):
    rest = VOTES.slice(600)
    vh.report(model, tmp_path / "a.html", rest)
    html = (tmp_path / "a.html").read_text()
    body = html[html.index('class="confusion"') :].split("<tbody>")[1].split("</tbody>")[0]
    rows = [row.split("</tr>")[0] for row in body.split("<tr")[1:]]
    cells = [[int(cell.split("<")[0]) for cell in row.split('">')[2:10]] for row in rows[:7]]
    truth, predicted = rest["party"].to_pylist(), model.predict(rest).tolist()
    for k, name in enumerate(model.classes):
        wanted = [
            sum((t, p) == (name, other) for t, p in zip(truth, predicted, strict=True)) for other in model.classes
        ]
        assert cells[k][:8] == [*wanted, sum(wanted)]
    assert "These are the 344 rows of the given table." in html or "These are the 344 rows of anes96" in html


def test_a_loaded_model_makes_the_same_report(model, tmp_path):
    model.save(tmp_path / "m.json")
    vh.report(model, tmp_path / "a.html")
    vh.report(vh.load(tmp_path / "m.json"), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_arrays(tmp_path):
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(90, 2)), np.array(["<a>", "b&", "c"])[np.arange(90) % 3]
    for model in (vh.LogisticRegression().fit(X, y), vh.regression.fit_multinomial(X, y, C=1.0)):
        vh.report(model, tmp_path / "a.html", (X, y))
        page = parsed(tmp_path / "a.html")
        assert any("<a>" in text for text in page.text)
        assert "These are the 90 rows of the given arrays." in " ".join(page.text)
    for data, message in (((X, y[:5]), "90 rows and 5 classes"), ((X, ["d"] * 90), "data has the class 'd'")):
        with pytest.raises(DataError, match=message):
            vh.report(model, tmp_path / "a.html", data)


def test_separated_classes(tmp_path):
    x = np.arange(30.0)
    with pytest.warns(vh.regression.SeparationWarning):
        model = vh.fit_table({"x": x, "y": np.array(["a", "b", "c"])[np.arange(30) // 10]}, "y", multinomial=True)
    vh.report(model, tmp_path / "a.html")
    text = " ".join("".join(parsed(tmp_path / "a.html").text).split())
    assert "The outcomes are separated (complete)" in text
    assert "no finite estimate" in text or "not determined" in text
    assert "a fit with the L2 penalty" in text


def test_a_model_without_columns_and_one_of_a_column_left_out(tmp_path):
    y = np.array(["a", "b", "c"])[np.arange(30) % 3]
    vh.report(vh.regression.fit_multinomial(np.empty((30, 0)), y), tmp_path / "a.html")
    parsed(tmp_path / "a.html")
    with pytest.warns(vh.regression.CollinearWarning):
        model = vh.fit_table({"x": np.ones(30), "y": y}, "y", multinomial=True)
    vh.report(model, tmp_path / "a.html")
    assert "left out" in (tmp_path / "a.html").read_text()
