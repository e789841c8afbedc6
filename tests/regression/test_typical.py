"""A typical row, and effects in points there and on average."""

import numpy as np
import pandas as pd
import pytest

import verhulst as vh
from verhulst.regression.typical import typical_row

RNG = np.random.default_rng(14)
N = 150
FRAME = pd.DataFrame(
    {
        "x": RNG.normal(size=N).round(2),
        "g": RNG.choice(["a", "b", "c"], N, p=[0.2, 0.5, 0.3]),
        "h": RNG.choice(["p", "q"], N, p=[0.8, 0.2]),
        "t": RNG.random(N) < 0.7,
        "w": RNG.integers(0, 4, N),
        "o": RNG.normal(size=N).round(2),
    }
)
FRAME["y"] = (RNG.random(N) < vh.sigmoid(FRAME.x + (FRAME.g == "c"))).astype(int)


def test_it_is_the_median_and_the_most_frequent_level():
    model = vh.fit_table(FRAME, "y", columns=["x", "g", "h", "t"])
    found = model.effects_in_points(FRAME)
    middle = np.sort(FRAME.x)[(N - 1) // 2]
    assert found.row == {"x": f"{middle:g}", "g": "b", "h": "p", "t": "true"}
    one = FRAME[:1].assign(x=middle, g="b", h="p", t=True)
    assert found.probability == pytest.approx(model.predict_proba(one)[0, 1])

    def there(**values):
        return model.predict_proba(one.assign(**values))[0, 1]

    p = found.probability
    assert found.typical["x"].estimate == pytest.approx(p * (1 - p) * model.fit.slopes[0])
    assert found.typical["g[c]"].estimate == pytest.approx(there(g="c") - there(g="a"))
    assert found.typical["h[q]"].estimate == pytest.approx(there(h="q") - there())
    assert found.typical["t"].estimate == pytest.approx(there() - there(t=False))
    average = model.marginal_effects(FRAME, discrete="auto")
    assert found.average == average


def test_weights_count_cases():
    X = FRAME[["x"]].assign(b=FRAME.g == "b", c=FRAME.g == "c").to_numpy(dtype=float)
    w = FRAME.w.to_numpy(dtype=float)
    repeated = np.repeat(X, FRAME.w, axis=0)
    np.testing.assert_array_equal(typical_row(X, w, [(1, 2)]), typical_row(repeated, None, [(1, 2)]))
    weighted = vh.fit_table(FRAME, "y", columns=["x", "g"], weights="w", offset="o")
    assert weighted.effects_in_points(FRAME).probability > 0.0


def test_a_formula_has_a_typical_row_of_its_columns():
    model = vh.fit_formula("y ~ x + C(g)", FRAME)
    assert list(model.effects_in_points(FRAME).row) == list(model.fit.names)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_separated_outcomes_have_no_points():
    model = vh.fit_table(FRAME.assign(u=FRAME.y), "y", columns=["x", "u"])
    with pytest.raises(ValueError, match=r"the data are separated"):
        model.effects_in_points(FRAME.assign(u=FRAME.y))
    with pytest.raises(ValueError, match=r"level must lie between 0 and 1"):
        vh.fit_table(FRAME, "y", columns=["x"]).effects_in_points(FRAME, 1.5)
