"""`verhulst evaluate --csv, --markdown`: the numbers of --json, in rows."""

import csv
import io
import json

import numpy as np
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst

TWO = ("evaluate", "t.csv", "--score", "p", "--scores", "probabilities", "-t", "y")
THREE = ("evaluate", "t.csv", "--scores-prefix", "q_", "--scores", "probabilities", "-t", "c")


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    p, q = rng.random(300), rng.dirichlet(np.ones(3), 300)
    label = np.array(["a", "b", "c"])[[rng.choice(3, p=row) for row in q]]
    table = {"p": p, "y": (rng.random(300) < p).astype(int), "g": rng.choice(["s", "t|u"], 300), "c": label}
    table |= {f"q_{name}": q[:, k] for k, name in enumerate("abc")}
    vh.data.write_table(vh.data.read_table(table), "t.csv")
    return tmp_path


def measures(record):
    """The records in JSON with an interval, a null or a statistic."""
    parts = ("low", "null_mean", "statistic")
    return {key: each for key, each in record.items() if isinstance(each, dict) and any(p in each for p in parts)}


@pytest.mark.parametrize("command", [TWO, THREE])
def test_csv_has_the_numbers_of_json(folder, command):
    done = run(*command, "--by", "g", "--csv")
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    record = json.loads(run(*command, "--by", "g", "--json").stdout)
    assert {row["group"] for row in rows} == {"", "s", "t|u"}
    names = {"miscalibration": "mcb"}
    for group, part in {"": record, **record["groups"]}.items():
        mine = {row["measure"]: row for row in rows if row["group"] == group}
        assert float(mine["cases"]["value"]) == part["n"]
        known = measures(part)
        assert len(known) >= 5
        for name, measure in known.items():
            row = mine[names.get(name, name)]
            cells = {"value": measure.get("value", measure.get("statistic")), "lower": measure.get("low")}
            cells |= {"upper": measure.get("high"), "p_value": measure.get("p_value")}
            for key, expected in cells.items():
                assert row[key] == ("" if expected is None else repr(expected)), (name, key)


@pytest.mark.parametrize("command", [TWO, THREE])
def test_markdown(folder, command):
    done = run(*command, "--by", "g", "--markdown")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.count("| measure | value | 95 % interval | null | p |") == 3
    assert "| cases | 300 |  |  |  |" in done.stdout
    assert "| log_loss | 0." in done.stdout


def test_measures_without_a_value(folder):
    table = vh.data.read_table("t.csv")
    one = np.where(np.asarray(table["g"]) == "s", 1, np.asarray(table["y"]))
    vh.data.write_table(table.drop_columns(["y"]).append_column("y", [one]), "t.csv")
    done = run(*TWO, "--by", "g", "--csv")
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    row = next(row for row in rows if (row["group"], row["measure"]) == ("s", "roc_auc"))
    assert row["value"] == row["lower"] == ""
    assert row["reason"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--csv", "--json"), "not both."),
        (("--csv", "--explain"), "--explain adds sentences"),
        (("--markdown", "--explain"), "--explain adds sentences"),
        (("--csv", "--fail-if", "ecce > 1"), "There is no measure"),
    ],
)
def test_options_that_do_not_go_together(folder, options, said):
    refused = run(*TWO, *options)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said.lower() in refused.stderr.lower()
