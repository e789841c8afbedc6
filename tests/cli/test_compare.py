"""`verhulst compare`: the activations and their facts."""

from __future__ import annotations

import csv
import io
import json

from click.testing import CliRunner, Result

import verhulst as vh
from verhulst.cli.group import verhulst


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verhulst, ["compare", *arguments], prog_name="verhulst")


def test_compares_them_all_with_computed_facts() -> None:
    records = {record["name"]: record for record in json.loads(run("--json").stdout)["activations"]}
    assert set(records) == set(vh.activations)
    assert records["sigmoid"]["largest_derivative"] == 0.25
    assert records["tanh"]["zero_centred"] is True
    assert records["relu"]["highest"] == "inf"
    assert records["softmax"]["largest_derivative"] is None


def test_csv_has_every_fact() -> None:
    rows = list(csv.DictReader(io.StringIO(run("--csv").stdout)))
    assert [row["name"] for row in rows] == list(vh.activations)
    assert all(row["formula"] and row["use"] for row in rows)


def test_prints_those_asked_for() -> None:
    text = run("sigmoid", "tanh").stdout
    assert "sigmoid" in text
    assert "tanh" in text
    assert "gelu" not in text
    assert "0.25" in text


def test_unknown_names_are_answered_with_the_nearest() -> None:
    result = run("sigmod")
    assert result.exit_code == 2
    assert "Did you mean 'sigmoid'?" in result.stderr
    assert run("--json", "--csv").exit_code == 2
