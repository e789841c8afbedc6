"""`verhulst table`: any points, any functions, in any float type."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from click.testing import CliRunner, Result

import verhulst as vh
from verhulst.cli.group import verhulst


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verhulst, ["table", *arguments], prog_name="verhulst")


def test_any_points_and_functions_as_csv() -> None:
    result = run("--at", "-1:1:0.5", "--at", "40,1e3", "-f", "log_sigmoid,softplus", "--functions", "sigmoid", "--csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    z = [-1.0, -0.5, 0.0, 0.5, 1.0, 40.0, 1000.0]
    assert [float(row["z"]) for row in rows] == z
    for name in ("log_sigmoid", "softplus", "sigmoid"):
        assert [float(row[name]) for row in rows] == getattr(vh, name)(np.array(z)).tolist()


def test_computes_in_the_type_asked_for() -> None:
    record = json.loads(run("--at", "17", "--type", "float32", "--json").stdout)
    assert record["type"] == "float32"
    assert record["rows"][0]["sigmoid"] == float(vh.sigmoid(np.float32(17)))


def test_prints_in_line() -> None:
    text = run("-f", "sigmoid,logit", "--at", "0.25,0.5").stdout
    assert "−1.098612" in text
    assert "0.562177" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--at", "cat"], "'cat' is neither a number"),
        (["--at", "1:2"], "a range must have the form first:last:step"),
        (["--at", "1:2:-1"], "a step of -1 does not lead from 1 to 2"),
        (["--at", "0:1:1e-9"], "does not lead"),
        (["--at", "0:inf:1"], "a range must have the form first:last:step"),
        (["-f", "sigmoud"], "Did you mean 'sigmoid'?"),
        (["-f", "LogisticRegression"], "There is no function"),
        (["--json", "--csv"], "not both"),
    ],
)
def test_refuses_with_a_sentence(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_nan_and_infinity_are_values() -> None:
    rows = json.loads(run("--at", "nan,inf,-inf", "--json").stdout)["rows"]
    assert [row["sigmoid"] for row in rows] == [None, 1.0, 0.0]
