"""What was said of the values of a file at the fit holds for new files too."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError, File

ROWS = [(1 + k % 7 / 8, "-99" if k % 11 == 0 else str(k % 5), "ab"[k % 3 == 0], int(k * k % 13 > 4)) for k in range(60)]
pytestmark = pytest.mark.filterwarnings("ignore:The points of column 'x' are read as decimal points")
SAID = {"decimal": {"decimal": ","}, "na_values": {"na_values": "-99"}, "both": {"decimal": ",", "na_values": "-99"}}
OTHERWISE = ("-t", "y", "--missing", "drop")


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


@pytest.fixture(params=SAID)
def said(request, tmp_path, monkeypatch):
    """Options, as words and by name, of a file whose numbers could be thousands and whose -99 could be a number."""
    monkeypatch.chdir(tmp_path)
    by_name = SAID[request.param]
    sign = by_name.get("decimal", ".")
    lines = [f"{x:.3f};{n};{g};{y}".replace(".", sign) for x, n, g, y in ROWS]
    (tmp_path / "t.csv").write_text("x;n;g;y\n" + "\n".join(lines) + "\n")
    words = [word for name, value in by_name.items() for word in (f"--{name.replace('_', '-')}", value)]
    return words, by_name


@pytest.mark.parametrize("kind", [OTHERWISE, ("--formula", "y ~ x + n + g", "--missing", "drop")])
def test_commands_that_read_new_files(said, kind):
    words, _ = said
    fitted = run("fit", "t.csv", *kind, *words, "-o", "m.json", "--json")
    assert fitted.exit_code == 0, fitted.stderr
    record = json.loads(fitted.stdout)
    assert record["rows_kept"] == (60 if words[0] == "--decimal" and len(words) == 2 else 54)
    for command in (
        ("predict", "m.json", "t.csv", "--missing", "empty"),
        ("top", "m.json", "t.csv", "--missing", "drop"),
    ):
        alone, again = run(*command), run(*command, *words)
        assert alone.exit_code == again.exit_code == 0, alone.stderr
        assert alone.stdout == again.stdout
    tested = run("fit", "t.csv", *kind, *words, "--test", "t.csv", "--json")
    assert json.loads(tested.stdout)["held_out"]["rows"] == record["rows_kept"]


@pytest.mark.parametrize("multinomial", [False, True])
def test_models_in_python(said, multinomial):
    _, by_name = said
    file = File("t.csv", **by_name)
    model = vh.fit_table(file, "y", missing="drop", multinomial=multinomial, test=None if multinomial else "t.csv")
    model.save("m.json")
    loaded = vh.load("m.json")
    p = model.predict_proba(file, missing="nan")
    assert np.isnan(p).any() == ("na_values" in by_name)
    for each in (model, loaded):
        np.testing.assert_array_equal(each.predict_proba("t.csv", missing="nan"), p)
    if not multinomial:
        assert model.held_out.rows == model.fit.rows
        assert loaded.test_on("t.csv").rows == model.fit.rows
        vh.report(loaded, "r.html", "t.csv")


def test_a_new_file_may_be_written_otherwise(said, tmp_path):
    words, by_name = said
    assert run("fit", "t.csv", *OTHERWISE, *words, "-o", "m.json").exit_code == 0
    expected = run("predict", "m.json", "t.csv", "--missing", "empty", "--only").stdout
    model, table = vh.load("m.json"), vh.data.read_table(File("t.csv", **by_name))
    vh.data.write_table(table, "t.parquet")
    assert run("predict", "m.json", "t.parquet", "--missing", "empty", "--only").stdout == expected
    np.testing.assert_array_equal(
        model.predict_proba(table, missing="nan"), model.predict_proba("t.parquet", missing="nan")
    )
    other = {",": ".", ".": ","}[by_name.get("decimal", ".")]
    text = (tmp_path / "t.csv").read_text().translate(str.maketrans(".,", ",."))
    (tmp_path / "other.csv").write_text(text)
    told = run("predict", "m.json", "other.csv", "--missing", "empty", "--only", "--decimal", other)
    assert told.stdout == expected
    (tmp_path / "clear.csv").write_text(text.replace(f"{other}000", f"{other}0000"))
    assert run("predict", "m.json", "clear.csv", "--missing", "empty", "--only").stdout == expected
    if "decimal" in by_name:
        refused = run("predict", "m.json", "other.csv", "--missing", "empty", "--only")
        assert refused.exit_code == 3
        assert "column 'x': '1.000' may have another decimal sign than the file of the fit, ','." in refused.stderr


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ({"decimal": ";", "na_values": []}, "decimal"),
        ({"decimal": None, "na_values": [1]}, "na_values"),
        (3, "reading"),
    ],
)
def test_a_damaged_record(tmp_path, reading, said):
    vh.fit_table({"x": [1, 2, 3, 4], "y": [0, 1, 0, 1]}, "y").save(tmp_path / "m.json")
    text = json.loads((tmp_path / "m.json").read_text())
    text["payload"]["design"]["reading"] = reading
    (tmp_path / "m.json").write_text(json.dumps(text))
    with pytest.raises(DataError, match=f"reading.*{said}|{said}"):
        vh.load(tmp_path / "m.json")
