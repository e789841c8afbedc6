"""Numbers in text: signs, separators, thousands, and which of two readings is meant."""

import json
import math
import re
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.data.csv_files import file, learned

import verhulst as vh
from verhulst.cli.scored import read_scored
from verhulst.data import DataError, Design, blocks, learn_design, read_table
from verhulst.data.errors import ColumnWarning, ReadingWarning
from verhulst.data.number_style import NumberStyle, UnclearNumbersError, read_numbers
from verhulst.data.number_text import _INFINITE, _PARTS, _SAME, parts_of
from verhulst.data.read import read_fields

pytestmark = pytest.mark.filterwarnings("ignore::verhulst.data.errors.ColumnWarning")


def written(number: int, places: int, style: NumberStyle) -> str:
    """number / 10**places in a style, by whole numbers alone."""
    whole, part = divmod(abs(number), 10**places)
    groups, rest = [], str(whole)
    while len(rest) > 3 and style.group:
        groups, rest = [rest[-3:], *groups], rest[:-3]
    text = ("-" if number < 0 else "") + style.currency + style.group.join([rest, *groups])
    return text + (f"{style.decimal}{part:0{places}d}" if places else "") + ("%" if style.percent else "")


styles = st.sampled_from(
    [(".", ""), (",", ""), (".", ","), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'")]
).flatmap(lambda signs: st.builds(NumberStyle, st.just(signs[0]), st.just(signs[1]), st.booleans(), st.sampled_from(["", "$", "€"])))  # fmt: skip # noqa: E501


@settings(max_examples=150, deadline=None)
@given(
    style=styles,
    numbers=st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(0, 4)), min_size=1, max_size=12),
    delimiter=st.sampled_from([None, ",", ";"]),
)
def test_numbers_are_read_as_they_were_meant_or_asked_about(style, numbers, delimiter):
    texts = list(dict.fromkeys(written(number, places, style) for number, places in numbers))
    meant = {written(n, places, style): float(f"{n}e-{places}") for n, places in numbers}
    # 1.200 is a plain number, and 1,200 in a file with semicolons is one with a decimal comma; all of it or none.
    pointed = [text for text in texts if "." in text]
    asked = delimiter is not None and 0 < len(pointed) < len(texts)
    for decimal in ".," if delimiter == ";" else ".":
        if style.group == decimal and not (asked and decimal == "."):
            assume(any(text.count(style.group) > 1 or style.decimal in text for text in texts))
    try:
        _, values = read_numbers(texts, delimiter)
    except (UnclearNumbersError, ValueError):
        if asked and not any("," in text for text in texts):
            # 1.200 beside 950 is a question, if there are three digits after each point.
            assert {len(digits) for text in pointed for digits in re.findall("[0-9]+", text)[1:]} == {3}
            return
        # Without semicolons a comma can part thousands, and one number in many with a comma is a slip.
        assert delimiter != ";" or not all("," in text for text in texts) or style.group == ","
        assert any("," in text for text in texts)
        return
    assert values == [meant[text] for text in texts]


@pytest.mark.parametrize(
    ("texts", "delimiter", "expected"),
    [
        (["0,5", "1,0", "2"], ";", [0.5, 1, 2]),
        (["0,5", "1,0", "2"], ",", [0.5, 1, 2]),
        (["1,200", "3,000"], ";", [1.2, 3]),
        (["1,200", "950"], ",", "'1,200' can be 1.2 or 1200"),
        (["1,200", "950"], ";", "'1,200' can be 1.2 or 1200"),
        (["$1,200", "$950"], ";", r"'\$1,200' can be 1.2 or 1200"),
        (["1,200", "1300"], "\t", "'1,200' can be 1.2 or 1200"),
        (["1,200.00", "950"], ",", [1200, 950]),
        (["1,234,567", "1,200"], ",", [1234567, 1200]),
        (["0,500", "1,200"], ",", [0.5, 1.2]),
        (["1.234.567", "1.200"], ",", [1234567, 1200]),
        (["1.200", "3.000"], ",", [1.2, 3]),
        (["1.200", "3.000"], ";", [1.2, 3]),
        (["1.013", "390", "-12.250"], ";", r"'1.013' can be 1.013 or 1013, as '390' has no point"),
        (["1.013%", "390%"], ",", r"'1.013%' can be 1.013 or 1013"),
        (["€ 1.013", "€ 390"], "\t", r"'€ 1.013' can be 1.013 or 1013"),
        (["1.013", "390"], None, [1.013, 390]),
        (["1.013", "390", "2.5"], ";", [1.013, 390, 2.5]),
        (["1.013", "390", "0.125"], ";", [1.013, 390, 0.125]),
        (["1.013", "390", "1e-05"], ",", [1.013, 390, 1e-5]),
        (["1.013", "390", "1.234.567"], ";", [1013, 390, 1234567]),
        (["1 200,5", "12"], ",", [1200.5, 12]),
        (["1\u202f200", "950"], ",", [1200, 950]),
        (["1\u2019200.5"], ",", [1200.5]),
        (["5%", "12.5 %"], ",", [5, 12.5]),
        (["5%", "10"], ",", "'5%' has a percent sign and '10' has none"),
        (["$1,006", "$12.50"], ",", [1006, 12.5]),
        (["-$5", "$-6", "7 $"], ",", [-5, -6, 7]),
        (["$5", "€6"], ",", "different currency signs"),
        (["\u22125", "+6"], ",", [-5, 6]),
        (["1,5E2", "2"], ";", [150, 2]),
        (["1,5", "1.5"], ",", "'1.5' is not written like the others, such as '1,5'"),
        (["inf", "-Infinity"], ",", [math.inf, -math.inf]),
        (["1e999"], ",", [math.inf]),
    ],
)
def test_styles(texts, delimiter, expected):
    if isinstance(expected, str):
        with pytest.raises(UnclearNumbersError, match=expected):
            read_numbers(texts, delimiter)
    else:
        assert read_numbers(texts, delimiter)[1] == expected


@pytest.mark.parametrize("seed", range(12))
def test_thousands_points_are_never_read_as_decimals(path, seed):
    """Whatever the order of the rows and the delimiter: at the fit, at prediction and as weights and offsets."""
    rng = np.random.default_rng(seed)
    numbers = rng.permutation([*rng.integers(1, 1000, rng.integers(1, 2000)), *rng.integers(1000, 10**6, 3)])
    column = [f"{'-' if seed % 3 == 0 else ''}{number:,}".replace(",", ".") for number in numbers.tolist()]
    y = [str(i % 2) for i in range(len(numbers))]
    file(path, {"x": column, "one": ["1"] * len(y), "y": y}, delimiter=rng.choice([",", ";", "\t"]))
    plain = learn_design({"x": numbers.tolist(), "y": [int(label) for label in y]}, "y")
    for read in (
        lambda: learn_design(path, "y"),
        lambda: plain.matrix(read_fields(path)),
        lambda: learn_design(path, "y", weights="x"),
        lambda: learn_design(path, "y", offset="x"),
    ):
        with pytest.raises(DataError, match=r"can be .* has no point"):
            read()
    thousands = replace(plain, columns=(replace(plain.columns[0], style=NumberStyle(",", ".")),))
    sign = -1 if seed % 3 == 0 else 1
    np.testing.assert_array_equal(thousands.matrix(read_fields(path))[:, 0], sign * numbers)


def test_points_that_are_unclear_stay_text_in_a_table_of_types(path):
    file(path, {"x": ["1.013", "390", "NA"], "z": ["1.013", "2.400", "3.5"]})
    assert read_table(path).to_pydict() == {"x": ["1.013", "390", None], "z": [1.013, 2.4, 3.5]}


@pytest.mark.parametrize("fit", [lambda path: vh.fit_table(path, "y"), lambda path: vh.fit_formula("y ~ x", path)])
def test_the_unit_of_numbers_that_had_percent_signs_is_said(path, tmp_path, fit):
    x, y = [35.5, 12, 80, 55, 61, 20, 44, 70], [0, 0, 1, 1, 0, 1, 0, 1]
    file(path, {"x": [f"{number}%" for number in x], "y": list(map(str, y))})
    pd.DataFrame({"x": x}).to_parquet(tmp_path / "x.parquet")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ReadingWarning)
        warnings.simplefilter("ignore", ColumnWarning)
        model = fit(path)
        expected = model.predict_proba(path)
        list(blocks(model.design, path, rows=3))
    for source in ({"x": x}, pd.DataFrame({"x": x}), tmp_path / "x.parquet"):
        with pytest.warns(ReadingWarning, match=r"column 'x' had percent signs .* read as percentages, 5 and not 0.05"):
            np.testing.assert_array_equal(model.predict_proba(source), expected)


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (["1.20-", "3.40-", "1,5-"], "with the minus behind"),
        (["1.2D+01", "-3.D-2", ".5d3"], "with D for E"),
        (["0x1F", "0xff"], "in base 16"),
        (["1_001", "2_000_000"], "with underscores"),
        (["\uff11\uff12", "\u0663"], "with digits other than 0 to 9"),
    ],
)
def test_the_way_in_which_numbers_are_written_is_named(path, texts, why):
    """Among numbers, however few, at the fit, at prediction and in weights; alone they are categories, with a note."""
    plain = learn_design({"x": range(12), "y": [0, 1] * 6}, "y")
    for text in texts:
        file(path, {"x": [text] * 10 + ["1", "2"], "one": ["1"] * 12, "y": ["0", "1"] * 6})
        for read in (
            lambda: learn_design(path, "y"),
            lambda: plain.matrix(read_fields(path)),
            lambda: learn_design(path, "y", weights="x"),
        ):
            with pytest.raises(DataError, match=f"{re.escape(repr(text))}, {why}"):
                read()
    (column,) = learned(path, texts * 6).columns
    assert column.kind == "categorical"
    assert f"is a number, {why}" in column.notes[0][0]
    assert not learned(path, ["B-", "A-", "3-", "3D", "1D2", "x_1"]).columns[0].notes


@pytest.mark.parametrize("text", ["", "x", "1_000", "0x10", "1..2", "12,34,567", "--5", "$5$", "5%%", "1e", "٣", "nan"])
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match=r".*") as error:
        read_numbers([text, "5"])
    assert error.value.args == (text,)


def test_what_a_number_may_begin_with():
    for first in map(chr, range(0x3000)):
        for rest in ("1", ".5", " 1,5 %", "nf", "nfinity"):
            text = (first + rest).translate(_SAME).strip()
            like = _PARTS.fullmatch(text) is not None or _INFINITE.fullmatch(text) is not None
            assert like == (parts_of(first + rest) is not None), (first, rest)


@pytest.mark.parametrize(
    ("fit", "fit_delimiter", "new", "delimiter", "expected"),
    [
        (["0,5", "1,25"], ";", ["1,200", "0,5"], ";", [1.2, 0.5]),
        (["0,5", "1,25"], ";", ["1,200"], ",", [1.2]),
        (["0,5", "1,25"], ";", ["1.5", "2.25"], ",", [1.5, 2.25]),
        (["0,5", "1,25"], ";", ["1.200"], ",", "'1.200' can be 1.2 or 1200"),
        (["0.5", "1.25"], ",", ["1,200"], ",", "'1,200' can be 1.2 or 1200"),
        (["0.5", "1.25"], ",", ["1,5"], ",", [1.5]),
        (["0.5", "1.25"], ",", ["1.200"], ",", [1.2]),
        (["1,200.5", "3"], ",", ["1,200"], ",", [1200]),
        (["5%", "7%"], ",", ["5%"], ",", [5]),
        (["5%", "7%"], ",", ["0.05"], ",", "'0.05' has no percent sign, and the numbers of the fit had one"),
        (["5", "7"], ",", ["5%"], ",", "'5%' has a percent sign, and the numbers of the fit had none"),
        (["$5", "$7"], ",", ["5", "$7"], ",", [5, 7]),
        (["$5", "$7"], ",", ["€5"], ",", "different currency signs"),
        (["5", "7"], ",", ["5", "old"], ",", "here it is 'old' in row 2"),
        (["5", "7"], ",", ["old"], ",", "here it has text, such as 'old' in row 1"),
        (["5", "7"], ",", [".", "7"], ",", "missing in 1 of 2 rows"),
    ],
)
def test_new_files_are_read_as_at_the_fit(path, fit, fit_delimiter, new, delimiter, expected):
    file(path, {"x": fit, "y": ["0", "1"]}, delimiter=fit_delimiter)
    design = Design.from_json(json.loads(json.dumps(learn_design(path, "y").to_json())))
    file(path, {"x": new, "other": ["a"] * len(new)}, delimiter=delimiter)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReadingWarning)
        if isinstance(expected, str):
            with pytest.raises(DataError, match=expected.replace("$", r"\$")):
                design.matrix(read_fields(path))
        else:
            np.testing.assert_array_equal(design.matrix(read_fields(path))[:, 0], expected)


@pytest.mark.parametrize(
    ("fit", "new", "beside", "expected"),
    [
        (["0,5", "10,25"], "74,935", "9.63", None),
        (["0,5", "10,25"], "74,935", "9,63", 74.935),
        (["0,5", "10,25"], "74,935", "9", 74.935),
        (["1.234,5", "10,25"], "74.935", "9,63", 74935),
        (["1.234,5", "10,25"], "74.935", "9.63", None),
        (["1,234.5", "10.25"], "74,935", "9.63", 74935),
        (["1,234.5", "10.25"], "74,935", "9,63", None),
        (["0.5", "10.25"], "74.935", "9,63", None),
    ],
)
def test_a_new_file_with_another_decimal_sign_is_asked_about(path, fit, new, beside, expected):
    """The fit settles what a sign means, unless other columns of the new file say that it means the other thing."""
    file(path, {"x": fit, "y": ["0", "1"]}, delimiter=";")
    design = learn_design(path, "y")
    file(path, {"x": [new, new], "z": [beside, beside]}, delimiter="\t")
    if expected is None:
        with pytest.raises(DataError, match=rf"column 'x': '{new}' can be 74.935 or 74935, as other columns have"):
            design.matrix(read_fields(path))
    else:
        np.testing.assert_array_equal(design.matrix(read_fields(path))[:, 0], [expected, expected])


def test_another_way_of_writing_is_said(path):
    design = learned(path, ["0.5", "1.5"])
    file(path, {"g": ["0,5"], "z": ["1"]}, delimiter=";")
    with pytest.warns(ReadingWarning, match=r"column 'g' was read as numbers, with the comma as decimal point"):
        design.matrix(read_fields(path))


def test_the_whole_column_settles_how_its_blocks_are_read(path):
    design = learned(path, ["0.5", "1.5"])
    file(path, {"g": ["1,200", "2,300", "0,5"], "y": ["0", "1", "1"]})
    with pytest.warns(ReadingWarning):
        pieces = list(vh.data.blocks(design, path, rows=1))
    assert [piece.X[0, 0] for piece in pieces] == [1.2, 2.3, 0.5]


def test_points_in_a_file_with_decimal_commas(path):
    y = ["0", "1"]
    file(path, {"a": ["1.200", "13.500"], "b": ["0,5", "1,5"], "y": y}, delimiter=";")
    with pytest.raises(
        DataError, match=r"column 'a': '1.200' can be 1.2 or 1200, as other columns have decimal commas"
    ):
        learn_design(path, "y")
    file(path, {"a": ["1.200", "0.125"], "b": ["0,5", "1,5"], "y": y}, delimiter=";")
    assert [column.style.decimal for column in learn_design(path, "y").columns] == [".", ","]


thousands = st.lists(st.integers(1000, 999_999), min_size=6, max_size=12, unique=True)


@settings(max_examples=25, deadline=None)
@given(
    whole=thousands,
    signs=st.sampled_from([(".", ",", ";"), (".", ",", "\t"), (".", ",", ","), (",", ".", ";")]),
    unit=st.sampled_from(["", " €"]),
    beside=st.sampled_from([-7.5, 0.25, 30.5]),
)
def test_a_file_has_one_decimal_sign_wherever_its_columns_are_read_as_numbers(path, whole, signs, unit, beside):
    """Text that may be thousands is never taken for decimals beside the other sign, whoever reads the column."""
    group, decimal, delimiter = signs
    n = len(whole)
    y = [str(i % 2) for i in range(n)]
    columns = {
        "a": [f"{number:,}".replace(",", group) for number in whole],
        "b": [f"{beside}{unit}".replace(".", decimal)] * n,
        "x": [str(i * i % 7) for i in range(n)],
        "y": y,
    }
    file(path, columns, delimiter=delimiter)
    numbers = {
        "a": [float(number) for number in whole],
        "x": [i * i % 7 for i in range(n)],
        "y": [i % 2 for i in range(n)],
    }
    model = vh.fit_table(numbers, "y", C=1.0)
    weighted = learn_design(numbers, "y", weights="a")
    others = "points" if decimal == "." else "commas"
    asked = rf"column 'a': .* can be .* or {whole[0]}, as other columns have decimal {others}"
    asked += rf"\. If it is {whole[0]}, say so \(--decimal {re.escape(decimal)}\)"
    for reading in (
        lambda: learn_design(path, "y"),
        lambda: learn_design(path, "y", columns=["a"]),
        lambda: learn_design(path, "y", columns=["x"], weights="a"),
        lambda: learn_design(path, "y", columns=["x"], offset="a"),
        lambda: vh.fit_formula("y ~ a", path),
        lambda: vh.fit_formula("y ~ np.log(a)", path),
        lambda: vh.fit_formula("y ~ I(a + a)", path),
        lambda: model.predict_proba(path),
        lambda: weighted.weight_values(read_fields(path)),
        lambda: read_scored(path, "a", None, None, "y", None, None, None, None, None),
        lambda: read_scored(path, "x", None, None, "y", None, "a", None, None, None),
    ):
        with pytest.raises(DataError, match=asked):
            reading()
    assert read_table(path)["a"].to_pylist() == columns["a"]
    # One number that is clear settles it.
    file(path, columns | {"a": [f"0{group}125", *columns["a"][1:]]}, delimiter=delimiter)
    learn_design(path, "y", columns=["a"])
    assert learn_design(path, "y", columns=["x"]).names == ("x",)


@pytest.mark.parametrize(
    ("x", "z", "delimiter", "said"),
    [
        (["1.234", "12.500", "-3.000"], ["1", "2", "3"], ",", True),
        (["1.234", "12.500", "3.000"], ["1", "2", "3"], ";", True),
        (["1.234", "12.500", "3.000"], ["1.234", "2.345", "3.456"], ",", True),
        (["1.234", "0.500", "3.000"], ["1", "2", "3"], ",", False),
        (["1.234", "12.500", "3.000"], ["0.5", "2", "3"], ",", False),
        (["1.234", "12.500", "3.00"], ["1", "2", "3"], ",", False),
        (["1", "2", "3"], ["4", "5", "6"], ",", False),
    ],
)
def test_points_before_three_digits_alone_are_decimal_points_with_a_note(path, x, z, delimiter, said):
    file(path, {"x": x, "z": z, "y": ["0", "1", "0"]}, delimiter=delimiter)
    column = learn_design(path, "y").columns[0]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ReadingWarning)
        assert column.read(read_table(path)["x"]).tolist() == [float(text) for text in x]
    assert any("column 'x' are read as decimal points" in str(warning.message) for warning in caught) == said
    assert [matter for matter, _ in column.notes] == said * [
        "The points of column 'x' are read as decimal points, although all have three digits behind."
    ]


@pytest.mark.parametrize(("weights", "ok"), [(["1,5", "2"], True), (["5%", "7%"], False), (["1", "x"], False)])
def test_weights_in_text_files(path, weights, ok):
    file(path, {"x": ["1", "2"], "y": ["0", "1"], "w": weights}, delimiter=";")
    if ok:
        with pytest.warns(ReadingWarning, match="comma"):
            design = learn_design(path, "y", weights="w")
        with pytest.warns(ReadingWarning, match="comma"):
            np.testing.assert_array_equal(design.weight_values(read_fields(path)), [1.5, 2])
    else:
        with pytest.raises(DataError, match=r"the weights column 'w' must contain numbers, but"):
            learn_design(path, "y", weights="w")
