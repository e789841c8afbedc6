"""The data sets that come with the package."""

from __future__ import annotations

import numpy as np
import pytest

import verhulst as vh
from verhulst.data.errors import RequestError


def test_contest_is_what_its_readme_says() -> None:
    rng = np.random.default_rng(2)
    score = np.clip(np.rint(rng.normal(75, 50, 400)), -50, 200)
    years = rng.poisson(4, 400)
    before = rng.random(400) < 0.3
    advanced = rng.random(400) < vh.sigmoid(-3.9 + 0.04 * score + 0.15 * years + 0.7 * before)
    table = vh.data.load_dataset("contest")
    for name, column in {"score": score, "years": years, "before": before, "advanced": advanced}.items():
        np.testing.assert_array_equal(table[name].to_numpy(), column)
    assert advanced.sum() == 187


def test_an_unknown_data_set_is_a_sentence() -> None:
    with pytest.raises(RequestError, match=r"no data set 'contests'\. Did you mean 'contest'"):
        vh.data.load_dataset("contests")
