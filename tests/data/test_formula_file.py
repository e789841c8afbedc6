"""Formulas in model files: loaded models predict the same bits, and nothing that is not harmless is evaluated."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError

RNG = np.random.default_rng(0)
N = 80
TABLE = pd.DataFrame(
    {
        "y": RNG.integers(0, 2, N),
        "x": RNG.normal(size=N),
        "z": RNG.uniform(1, 3, N),
        "g": RNG.choice(list("abc"), N),
        "k": RNG.integers(0, 4, N),
        "my col": RNG.normal(size=N),
    }
)
FORMULAS = [
    "scale(x) + bs(z, df=4) + C(g)", "poly(x, 2) + z", "np.log(z):C(k) + x", "C(np.round(z))", "center(x) + I(x ** 2)",
    "g * x", ".", "x - 1", "C(g) - 1", "C(g):x + C(k) - 1", "`my col` + x", "np.log(`my col` ** 2) + x:z", "z + g:x:z",
    "C(g, contr.sum)", "C(g, contr.treatment('b'))", "np.maximum(x, 0)", "cr(z, df=3)", "C(k, levels=[3, 1, 2, 0])",
    "log(z) + exp(x)", "bs(x, knots=[0.0]) * g", "{x > 0} + {x / z}",
]  # fmt: skip


def fitted(formula, table=TABLE, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # few rows, collinear columns
        return vh.fit_formula(f"y ~ {formula}", table, **options)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_loaded_model_predicts_the_same_bits(tmp_path, formula):
    model = fitted(formula)
    new = TABLE.iloc[[5, 3, 70, 8]]
    expected = model.predict_proba(new).tolist()
    for path in (tmp_path / "one.json", tmp_path / "two.json"):
        model.save(path)
        model = vh.load(path)
        assert model.predict_proba(new).tolist() == expected
        assert model.predict_proba(new.iloc[:1]).tolist() == expected[:1]
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()


def test_numbers_by_name_are_stored_and_others_are_not(tmp_path):
    model = fitted("I(x / k0)", context={"k0": 10})
    model.save(tmp_path / "m.json")
    assert vh.load(tmp_path / "m.json").predict_proba(TABLE).tolist() == model.predict_proba(TABLE).tolist()
    model = fitted("half(x)", context={"half": lambda x: x / 2})
    model.save(tmp_path / "m.json")
    with pytest.raises(DataError, match="A formula is code, and loading runs no code"):
        vh.load(tmp_path / "m.json").predict_proba(TABLE)


def test_what_depends_on_other_rows_is_refused_after_loading_too(tmp_path):
    fitted("I(x - x.mean())").save(tmp_path / "m.json")
    with pytest.raises(DataError, match=r"depends on all given rows|A formula is code"):
        vh.load(tmp_path / "m.json").predict_proba(TABLE)


EVIL = [
    "__import__('os').system('touch evil')", "I(__import__('os').getcwd())", "np.load('evil')", "np.fromfile('evil')",
    "x.__class__", "I(x.tofile('evil'))", "().__class__.__bases__", "open('evil', 'w')", "eval('1')",
    "np.log.__call__(x)", "np.__loader__", "I((lambda: x)())", "I([a for a in x])", "I(x ** 9 ** 9 ** 9)",
    "bs(x, df=100000000)", "I('a' * 1000)", "C(g, contr.__class__)", "hashed(g)", "lag(x)", "I(x[0])", "I(f'{x}')",
    "np.random.rand(5)", "I(x if x else x)", "np.log(*x)", "np.log(**x)", "I(np)", "I(unknown)",
]  # fmt: skip


@pytest.mark.parametrize("factor", EVIL)
def test_nothing_else_is_evaluated(tmp_path, monkeypatch, factor):
    monkeypatch.chdir(tmp_path)
    fitted("I(x + 1)").save("m.json")
    record = json.loads((tmp_path / "m.json").read_text())
    text = json.dumps(record).replace("I(x + 1)", json.dumps(factor)[1:-1])
    (tmp_path / "m.json").write_text(text)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json"]
    model = vh.load("m.json")
    with pytest.raises(DataError, match="the formula of this model file is not evaluated: "):
        model.predict_proba(TABLE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json"]


@pytest.mark.parametrize(
    "state", ["", "{}", "[1]", '{"pairs": [["context", {"pairs": [["x", "y"]]}]]}', "nan", '{"pairs": 3}']
)
def test_damaged_states_are_said(tmp_path, state):
    fitted("scale(x)").save(tmp_path / "m.json")
    record = json.loads((tmp_path / "m.json").read_text())

    def damage(part):
        for name, value in part.items() if isinstance(part, dict) else ():
            if name == "evaluation":
                value["state"] = state
            damage(value)

    damage(record)
    (tmp_path / "m.json").write_text(json.dumps(record))
    model = vh.load(tmp_path / "m.json")
    with pytest.raises(DataError, match=r"is not evaluated"):
        model.predict_proba(TABLE)


def test_other_columns_than_those_of_the_fit(tmp_path):
    fitted("C(g)").save(tmp_path / "m.json")
    text = (tmp_path / "m.json").read_text().replace('"C(g)[T.b]"', '"C(g)[T.q]"')
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(DataError, match="does not give the columns of the fit"):
        vh.load(tmp_path / "m.json").predict_proba(TABLE)


class TestCommand:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        TABLE.to_csv("t.csv", index=False)
        return tmp_path

    def run(self, *arguments):
        return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")

    def test_fit_and_predict(self):
        result = self.run("fit", "t.csv", "--formula", "y ~ bs(z, df=4) + C(g) * x", "-o", "m.json", "--cv", "3")
        assert result.exit_code == 0, result.stderr
        assert "C(g)[T.b]" in result.stdout
        result = self.run("predict", "m.json", "t.csv", "--only", "-o", "p.csv")
        assert result.exit_code == 0, result.stderr
        found = vh.data.read_table("p.csv")["probability"].to_numpy()
        np.testing.assert_array_equal(found, fitted("bs(z, df=4) + C(g) * x", "t.csv").predict_proba("t.csv")[:, 1])

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ((), "Missing option '--target' / '-t', or --formula."),
            (("--formula", "y ~ x", "-t", "y"), "--target cannot be used with --formula"),
            (("--formula", "y ~ x", "--date", "x=days"), "--date cannot be used with --formula"),
            (("--formula", "y ~ x", "--lump", "3"), "--lump cannot be used with --formula"),
            (("--formula", "y ~ x", "--workers", "2"), "leave --scheduler and --workers out"),
            (("--formula", "y ~ nope"), "no column 'nope'"),
            (("--formula", "y"), "must have the form 'target ~ terms'"),
            (("--formula", "y ~ x +"), "cannot be evaluated"),
            (("--formula", "y ~ x", "--firth", "--C", "1"), "two penalties"),
        ],
    )
    def test_bad_requests(self, arguments, said):
        result = self.run("fit", "t.csv", *arguments)
        assert (result.exit_code in (2, 3), said in " ".join(result.stderr.split())) == (True, True), result.stderr
