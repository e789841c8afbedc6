"""Names that look the same and are not: ö as one character (NFC), or as o and a combining mark (NFD)."""

import unicodedata

import pandas as pd
import pytest

import verhulst as vh
from verhulst.data import learn_design, read_table

NAMES = ("Köln", "Ångström", "é")
FORMS = [("NFC", "NFD"), ("NFD", "NFC")]
FRAME = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "g": ["a", "b"] * 3, "y": [0, 1, 0, 0, 1, 1]})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("there", "asked"), FORMS)
def test_such_a_name_is_said_to_be_such_and_the_advice_works(name, there, asked, tmp_path):
    there, asked = (unicodedata.normalize(form, name) for form in (there, asked))
    columns, levels = FRAME.rename(columns={"x": there}), FRAME.assign(g=["a", there] * 3)
    model, of_levels = vh.fit_table(columns, "y", columns=[there]), vh.fit_table(levels, "y")
    FRAME.to_csv(tmp_path / f"{there}.csv", index=False)
    for request in (
        lambda name: learn_design(columns, "y", columns=[name]),
        lambda name: learn_design(columns, "y", exclude=[name]),
        lambda name: vh.fit_formula(f"y ~ `{name}`", columns),
        lambda name: model.predict_proba({name: [1.0]}),
        lambda name: of_levels.predict_proba({"x": [1.0], "g": [name]}),
        lambda name: learn_design(levels, "y", reference={"g": name}),
        lambda name: learn_design(levels, "g", positive=name),
        lambda name: read_table(tmp_path / f"{name}.csv"),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match="differs only in the coding of its letters") as error:
            request(asked)
        assert "Did you mean" not in str(error.value)
        request(there)
