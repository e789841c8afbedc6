"""Predictions for JSON lines in pieces: the same bytes, messages and warnings as for the whole file."""

from __future__ import annotations

import json
import random

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import json_reading, text_source
from verhulst.regression import table_predictions

WHOLE = "verhulst.regression.table_predictions.predicted_lines"


def run(*arguments):
    return CliRunner().invoke(verhulst, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> str:
    rng = np.random.default_rng(0)
    n = 400
    columns = {"x": rng.normal(size=n), "g": rng.choice(["a", "b", "c"], n), "t": rng.random(n) < 0.5}
    table = pa.table(columns | {"y": rng.integers(0, 2, n)})
    path = tmp_path_factory.mktemp("model") / "model.json"
    vh.fit_table(table, "y").save(path)
    return str(path)


def lines(draw: random.Random) -> str:
    """Rows of which some may have other types, keys, missing values and unknown levels."""
    rows = draw.choice([1, 5, 60, 300])
    odd = {
        "x": [1, None, 2, "2", True, 12345678901234567890],
        "g": ["a", None, "d", 3],
        "t": [True, None, 0, 1.5],
        "more": [1, 2.5, None, "text", [1], {"k": 1}, "2024-05-31"],
    }
    odd_share, common = draw.choice([0, 0, 0.01, 0.1]), draw.choice(odd["more"])
    whole = draw.random() < 0.3  # numbers that are followed by fractions
    found = []
    for k in range(rows):
        row = {
            "x": k if whole and k < rows / 2 else draw.gauss(0, 1),
            "g": draw.choice("abc"),
            "t": draw.random() < 0.5,
            "more": common,
        }
        row |= {key: draw.choice(values) for key, values in odd.items() if draw.random() < odd_share}
        if k > 40 and draw.random() < 0.3:
            row["late"] = k
        if draw.random() < odd_share:
            del row[draw.choice(list(row))]
        found.append(json.dumps(row))
    if draw.random() < 0.1:
        found[draw.randrange(rows)] = draw.choice(['{"x": 1', "[1]", "null", "{}"])
    return "\n".join(found) + "\n"


@pytest.mark.parametrize("seed", range(60))
def test_pieces_are_predicted_as_the_whole(seed, model, tmp_path, monkeypatch):
    draw = random.Random(seed)
    data = tmp_path / "new.jsonl"
    data.write_text(lines(draw))
    output = tmp_path / draw.choice(["out.csv", "out.tsv", "out.jsonl", "out.jsonl.gz", "out.parquet", "out.arrow"])
    choices = ("--missing=empty", "--unknown=empty", "--log-odds", "--interval=0.9", "--only", "--escape-formulas")
    options = [option for option in choices if draw.random() < 0.4]
    monkeypatch.setattr(text_source, "CHUNK", draw.choice([60, 300, 2000]))
    rows = draw.choice([7, 50])
    monkeypatch.setattr(json_reading, "_ROWS", rows)
    monkeypatch.setattr(table_predictions, "ROWS", rows)

    def outcome():
        result = run("predict", model, data, "-o", output, *options)
        written = output.read_bytes() if output.exists() else None
        if output.suffix == ".parquet" and written is not None:  # its row groups are others
            written = vh.data.read_table(output)
        output.unlink(missing_ok=True)
        return result.exit_code, result.stdout_bytes, result.stderr, written, type(result.exception)

    pieces = outcome()
    monkeypatch.setattr(WHOLE, lambda *_: False)
    assert pieces == outcome()


@pytest.mark.parametrize("types", ["alike", "fractions follow", "a key comes late"])
def test_pieces_are_not_read_whole(types, model, tmp_path, monkeypatch):
    monkeypatch.setattr(text_source, "CHUNK", 500)
    monkeypatch.setattr(json_reading, "_ROWS", 20)
    monkeypatch.setattr(table_predictions, "read_given", None)  # what reads a file whole
    rows = [{"x": k if types == "fractions follow" and k < 100 else k + 0.5, "g": "abc"[k % 3], "t": k % 2 == 0}
            | ({"z": k} if types == "a key comes late" and k > 100 else {}) for k in range(200)]  # fmt: skip
    data, output = tmp_path / "new.jsonl", tmp_path / "out.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run("predict", model, data, "-o", output)
    assert result.exit_code == 0, result.stderr
    found = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(found) == 200
    assert [{**row, "probability": 0, "z": row.get("z")} for row in rows] == [
        {**row, "probability": 0, "z": row.get("z")} for row in found
    ]
