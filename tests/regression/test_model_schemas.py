"""Model files of every schema still load, and predict what they predicted when they were written."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest

import verhulst as vh
from verhulst.data import ModelFileError

FILES = pathlib.Path(__file__).parents[1] / "references" / "models"
DOSES = [2.5, 9.0]


def test_table() -> None:
    model = vh.load(FILES / "schema1-table.json")
    probabilities = model.predict_proba({"dose": DOSES, "group": ["b", "a"]})[:, 1]
    np.testing.assert_allclose(probabilities[0], 0.5601009468917696, rtol=1e-15)
    np.testing.assert_allclose(model.fit.standard_errors, [1.73551742, 0.15511811, 1.40457488], rtol=1e-8)


def test_formula() -> None:
    model = vh.load(FILES / "schema1-formula.json")
    np.testing.assert_allclose(model.fit.coefficients, [-4.75623764, 1.71244546, 2.81037123], rtol=1e-8)


def test_separated_table() -> None:
    model = vh.load(FILES / "schema1-separated.json")
    np.testing.assert_allclose(model.predict_proba({"dose": [0.0, 1.0]})[:, 1], [1 / 3, 1], rtol=1e-14)
    assert model.fit.states == ("estimated", "infinite")


def test_estimator() -> None:
    model = vh.load(FILES / "schema1-estimator.json")
    np.testing.assert_allclose(model.predict_proba([[2.5, 1.0]])[0], [0.63376358, 0.36623642], rtol=1e-8)
    assert model.predict([[2.5, 1.0]]) == ["no"]


def test_multinomial() -> None:
    model = vh.load(FILES / "schema1-multinomial-table.json")
    wanted = [[0.90177676, 0.02700469, 0.07121855], [0.01169248, 0.5556163, 0.43269122]]
    np.testing.assert_allclose(model.predict_proba({"dose": DOSES, "group": ["b", "a"]}), wanted, rtol=1e-6)
    np.testing.assert_allclose(model.fit.standard_errors[0], [2.09754324, 0.4850188, 2.20326607], rtol=1e-8)
    model = vh.load(FILES / "schema1-multinomial.json")
    np.testing.assert_allclose(model.predict_proba([[2.5, 1.0]]), wanted[:1], rtol=1e-6)


def test_calibrator() -> None:
    np.testing.assert_allclose(
        vh.load(FILES / "schema1-platt.json").predict_proba([0.5])[0], [0.22162021, 0.77837979], rtol=1e-8
    )


@pytest.mark.parametrize("name", [path.name for path in FILES.glob("*.json")])
def test_saved_again_it_is_of_the_newest_schema_and_predicts_the_same(name: str, tmp_path: pathlib.Path) -> None:
    model = vh.load(FILES / name)
    model.save(tmp_path / "again.json")
    again = vh.load(tmp_path / "again.json")
    assert type(again) is type(model)
    first, second = (path.read_text().split('"payload"')[0] for path in (FILES / name, tmp_path / "again.json"))
    assert first.split('"schema_version"')[0] == second.split('"schema_version"')[0]
    again.save(tmp_path / "third.json")
    assert (tmp_path / "third.json").read_text() == (tmp_path / "again.json").read_text()


@pytest.mark.parametrize("name", [path.name for path in FILES.glob("*.json")])
@pytest.mark.parametrize("version", [0, 99])
def test_schemas_that_nobody_wrote_are_refused(name: str, version: int, tmp_path: pathlib.Path) -> None:
    document = json.loads((FILES / name).read_text()) | {"schema_version": version}
    (tmp_path / name).write_text(json.dumps(document))
    with pytest.raises(ModelFileError, match="version of verhulst"):
        vh.load(tmp_path / name)


@pytest.mark.parametrize("name", [path.name for path in FILES.glob("*.json")])
def test_an_old_file_without_one_of_its_parts_is_damaged(name: str, tmp_path: pathlib.Path) -> None:
    document = json.loads((FILES / name).read_text())
    for part in (key for key, value in document["payload"].items() if value is not None):
        payload = {key: value for key, value in document["payload"].items() if key != part}
        (tmp_path / name).write_text(json.dumps(document | {"payload": payload}))
        with pytest.raises(ModelFileError, match=r"damaged|no calibration map"):
            vh.load(tmp_path / name)
