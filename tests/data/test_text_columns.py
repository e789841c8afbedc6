"""How text becomes numbers, truth values and levels: one policy, over files and marks."""

import csv
import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.data.csv_files import file, learned

import verhulst as vh
from verhulst.data import DataError, Design, RequestError, learn_design, read_table
from verhulst.data.column import Column
from verhulst.data.errors import ReadingWarning
from verhulst.data.missing_text import MISSING_TEXT
from verhulst.data.number_style import NumberStyle
from verhulst.data.read import read_fields, read_given
from verhulst.data.write import write_fields

pytestmark = pytest.mark.filterwarnings("ignore::verhulst.data.errors.ColumnWarning")


digits = st.text("0123456789", min_size=1, max_size=3)
look_alikes = st.builds("{}{}{}".format, st.sampled_from(["", "0", "00", "+", "-"]), digits, st.sampled_from(["", ".0", ".00", "E2", "e2"]))  # fmt: skip # noqa: E501
long_ones = st.integers(10**19, 10**19 + 3).map(str)
words = st.sampled_from(["true", "True", "TRUE", "false", "K1A", "x y", "a,b", 'c"d', "é", "inf", "2024-05-31", "1,5"])
codes = st.lists(st.one_of(look_alikes, long_ones, words), min_size=2, max_size=8, unique=True)


@settings(max_examples=25, deadline=None)
@given(codes=codes, data=st.data(), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_every_code_is_its_own_level_and_is_found_again_in_any_file(path, codes, data, quoting):
    y = [str(i % 2) for i in range(len(codes))]
    file(path, {"code": codes, "y": y}, quoting=quoting)
    design = learn_design(path, "y", categorical=["code"])
    assert sorted(design.columns[0].levels) == sorted(codes)
    assert Design.from_json(json.loads(json.dumps(design.to_json()))) == design
    whole = design.matrix(read_fields(path))
    assert len(np.unique(whole, axis=0)) == len(codes)
    some = data.draw(st.lists(st.sampled_from(range(len(codes))), min_size=1, max_size=4))
    file(path, {"code": [codes[i] for i in some], "y": [y[i] for i in some]}, quoting=quoting)
    np.testing.assert_array_equal(design.matrix(read_fields(path)), whole[some])


def test_a_code_has_its_own_probability(path):
    rng = np.random.default_rng(1)
    rates = {"007": 0.7, "7": 0.2, "X": 0.5}
    rows = rng.choice(list(rates), 400)
    file(path, {"code": rows.tolist(), "y": [str(int(rng.random() < rates[code])) for code in rows]})
    model = vh.fit_table(path, "y")
    observed = pd.read_csv(path, dtype={"code": str}).groupby("code").y.mean()
    for code in rates:
        file(path, {"code": [code]})
        np.testing.assert_allclose(model.predict_proba(path)[:, 1], observed[code], rtol=1e-9)


texts = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(
        ["000123", "20.50", "0.10", "True", "NA", "", " ", "08:30", "12345678901234567890", "null", "a\r\nb"]
    ),
)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(st.tuples(texts, texts), min_size=1, max_size=6),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    ending=st.sampled_from([".csv", ".tsv"]),
)
def test_cells_pass_through_unchanged(path, rows, quoting, delimiter, ending):
    table = {"a": [a for a, _ in rows], "n": ["1"] * len(rows), "b": [b for _, b in rows]}
    file(path, table, delimiter=delimiter, quoting=quoting)
    read = read_given(path)
    out = path.with_suffix(".out" + ending)
    write_fields(read.fields, pd_column("p", [0.5] * len(rows)), out)
    with open(out, newline="", encoding="utf-8") as written:
        back = list(csv.reader(written, delimiter="\t" if ending == ".tsv" else ","))
    assert back == [[*table, "p"], *([*cells, "0.5"] for cells in zip(*table.values(), strict=True))]
    # What is missing stays so, and what is text does.
    again = read_given(out)
    if quoting == csv.QUOTE_MINIMAL:
        assert again.table.drop_columns("p").to_pydict() == read.table.to_pydict()


def pd_column(name, values):
    return read_table({name: values})


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("distinct", [2, 4, 10, 11, 40])
def test_marks_are_missing_values_at_any_number_of_distinct_numbers(path, distinct, quoting):
    marks = [*MISSING_TEXT, ".", "-", "--", "?", "None", "#DIV/0!", "#VALUE!", "\\N", "<NA>", " ", "  ", "n.a.", "NONE", "Nan"]  # fmt: skip # noqa: E501
    for mark in marks:
        numbers = [str(i % distinct) for i in range(300)]
        numbers[3] = numbers[50] = mark
        file(path, {"dose": numbers, "y": [str(i % 2) for i in range(300)]}, quoting=quoting)
        with pytest.raises(DataError, match=r"missing in 2 of 300 rows \(first in row 4\): 'dose' in 2"):
            learn_design(path, "y")
        design = learn_design(path, "y", missing="drop")
        assert [(column.kind, column.style) for column in design.columns] == [("numeric", NumberStyle())]
        assert design.rows_kept == 298
        # The advice to name it categorical works when it is followed.
        assert learn_design(path, "y", categorical=["dose"], missing="drop").columns[0].kind == "categorical"


@pytest.mark.parametrize("odd", ["1O", "unknown", "<1", "(3)", "3+", "1..2", "~", "TBD", "5 kg", "0x1F", "1_000"])
@pytest.mark.parametrize("distinct", [2, 4, 10, 40])
def test_other_text_among_numbers_is_asked_about(path, odd, distinct):
    numbers = [str(i % distinct) for i in range(300)]
    numbers[7] = odd
    file(path, {"dose": numbers, "y": [str(i % 2) for i in range(300)]})
    with pytest.raises(DataError) as error:
        learn_design(path, "y")
    assert f"column 'dose' looks numeric, but in row 8 it is {odd!r}" in str(error.value)
    assert "(--categorical dose)" in str(error.value)


@pytest.mark.parametrize(
    "form",
    ["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d-%b-%Y", "%d %B %Y", "%B %d, %Y",
     "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M:%S", "%H:%M", "%I:%M %p", "%Y%m%d", "%Y-%m", "%m/%Y",
     "%b %Y", "%d%b%Y", "%d%b%Y:%H:%M:%S", "%a %b %d %H:%M:%S %Y", "%d. %m. %Y", "%Y年%m月%d日", "3 days %H:%M:%S"],
)  # fmt: skip
def test_dates_are_refused_in_every_form(path, form):
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(400) % 90 * 1500, unit="min")
    when, y = days.strftime(form).tolist(), [str(i % 2) for i in range(400)]
    file(path, {"when": when, "x": y, "y": y})
    typed = [int(text) for text in when] if form == "%Y%m%d" else when
    for source in (path, {"when": typed, "x": y, "y": y}):
        with pytest.raises(DataError, match=r"column 'when' contains dates or times.*\(--exclude when\)"):
            learn_design(source, "y")
    assert learn_design(path, "y", exclude=["when"]).names == ("x",)


def test_months_of_other_languages(path):
    months = ["janvier", "févr.", "de marzo de", "abril", "maggio", "juin", "juli", "août", "set.", "outubro"]
    dates = [f"{1 + i % 28} {months[i % 10]} {2020 + i % 3}" for i in range(60)]
    with pytest.raises(DataError, match="contains dates or times"):
        learned(path, dates)


@pytest.mark.parametrize("unit", ["{} kg", "{}mg", "{} EUR", "CHF {}", "R$ {}", "US${}"])
@pytest.mark.parametrize("distinct", [4, 40])
def test_numbers_with_a_unit_are_said_to_be_categories(path, unit, distinct):
    values = [unit.format(i % distinct + 1.5) for i in range(60)]
    sign = unit.replace("{}", "").strip()
    if distinct == 40:
        with pytest.raises(DataError, match=rf"40 distinct values in 60 rows, numbers with '{re.escape(sign)}'. Write"):
            learned(path, values)
    else:
        (note,) = learned(path, values).columns[0].notes
        assert note[0] == f"Column 'g' is read as categories: its values are numbers with {sign!r}."
    assert learned(path, values, categorical=["g"]).columns[0].notes == ()


@pytest.mark.parametrize(
    "words",
    [
        ["decile 10", "decile 20"],
        ["Maria 12", "Juno 13"],
        ["mayor 1", "octane 95"],
        ["August", "May"],
        ["3:1", "2:2"],
        ["10 Marathon", "12 Octane"],
        ["10OCT4", "12MAR1"],
    ],
)
def test_words_that_only_begin_as_months_do_are_no_dates(path, words):
    assert learned(path, words * 10).names == (f"g[{max(words)}]",)


def test_what_looks_like_a_date_can_be_said_to_be_categories(path):
    with pytest.raises(DataError, match=r"contains dates or times, such as 'MAR10'.*\(--categorical g\)"):
        learned(path, ["MAR10", "SEP15"] * 10)
    assert learned(path, ["MAR10", "SEP15"] * 10, categorical=["g"]).names == ("g[SEP15]",)


def test_numbers_of_eight_digits_that_are_no_dates(path):
    file(path, {"x": ["20240531", "20240631", "20240701"], "y": ["0", "1", "0"]})
    assert learn_design(path, "y").columns[0].kind == "numeric"


@pytest.mark.parametrize(
    ("at_the_fit", "found", "unknown"),
    [
        # Levels that were text in a file: by their text; a number in a frame is found where one level is that number.
        (["1", "2"], [1, 1.0, "1", np.int8(2)], ["1.0", "01", True, 3]),
        (["250.00", "401.9"], [250.0, 401.9, 250], ["250.0", "250"]),
        (["250.0", "250.00", "7"], ["250.0", "250.00", 7], [250.0]),
        (["007", "7", "X"], ["007", "7", 7], ["07"]),
        (["02139", "10001"], ["02139", 10001], [2139, "2139"]),
        (["12345678901234567890", "12345678901234567891"], ["12345678901234567890"], [12345678901234567890.0]),
        (["True", "False", "Unknown"], ["True", True, "Unknown"], ["TRUE", "true", 1]),
        (["S", "N"], ["S", "S ", " S"], ["s"]),
        (["1E2", "0x1F", "+4930123456"], ["1E2", "0x1F"], [100, 31, 4930123456]),
    ],
)
def test_levels_of_text_and_what_finds_them(path, at_the_fit, found, unknown):
    design = learned(path, at_the_fit, categorical=["g"])
    for value in found:
        design.matrix(read_table({"g": [value]}))
    for value in unknown:
        with pytest.raises(DataError, match=r"was not among the levels at the fit"):
            design.matrix(read_table({"g": [value]}))


@pytest.mark.parametrize(
    ("at_the_fit", "found", "unknown"),
    [
        ([1, 2, 10], ["1", "1.0", "01", "10.00", "1e1"], ["3", "x", "True"]),
        ([True, False], ["true", "TRUE", "False"], ["1", "yes"]),
        (["1", "2"], ["1", "2"], ["1.0", "01"]),
    ],
)
def test_levels_of_frames_and_what_finds_them_in_files(path, at_the_fit, found, unknown):
    design = learn_design({"g": at_the_fit, "y": [i % 2 for i in range(len(at_the_fit))]}, "y", categorical=["g"])
    for value in found:
        file(path, {"g": [value]})
        design.matrix(read_fields(path))
    for value in unknown:
        file(path, {"g": [value]})
        with pytest.raises(DataError, match=r"was not among the levels at the fit"):
            design.matrix(read_fields(path))


def test_model_files_of_earlier_versions_find_their_levels(path):
    record = {"name": "g", "kind": "categorical", "levels": ["2139", "10001"], "reference": "2139"}
    assert Column.from_json(record).level_type == "number"
    design = Design((Column.from_json(record),))
    file(path, {"g": ["02139", "10001", "2139.0"]})
    np.testing.assert_array_equal(design.matrix(read_fields(path)), [[0], [1], [0]])
    for levels, kind in ((("1e+20", "2.5"), "number"), (("12345678901234567890", "7"), "text"), ((" 3", "4"), "text")):
        assert Column.from_json(record | {"levels": list(levels)}).level_type == kind
    boolean = {"name": "g", "kind": "categorical", "levels": ["false", "true"], "reference": "false"}
    file(path, {"g": ["TRUE", "False"]})
    np.testing.assert_array_equal(Design((Column.from_json(boolean),)).matrix(read_fields(path)), [[1], [0]])
    words = {"name": "g", "kind": "categorical", "levels": ["007", "7", "X"], "reference": "007"}
    file(path, {"g": ["007", "7"]})
    np.testing.assert_array_equal(Design((Column.from_json(words),)).matrix(read_fields(path)), [[0, 0], [1, 0]])
    assert Column.from_json({"name": "x", "kind": "numeric"}) == Column("x", "numeric")


def test_a_boolean_column_takes_truth_values_only(path):
    design = learned(path, ["True", "False", "TRUE", "false"])
    assert design.columns[0].kind == "boolean"
    file(path, {"g": ["TRUE", "false", "1", "0"]})
    np.testing.assert_array_equal(design.matrix(read_fields(path))[:, 0], [1, 0, 1, 0])
    np.testing.assert_array_equal(design.matrix(read_table({"g": [True, False]}))[:, 0], [1, 0])
    for values in (["2", "7"], ["yes", "no"], ["0.5"]):
        file(path, {"g": values})
        with pytest.raises(DataError, match=r"column 'g' was boolean at the fit; here it is '\S+' in row 1"):
            design.matrix(read_fields(path))
    with pytest.raises(DataError, match=r"row 2, column 'g': the value is 7, where the fit had true and false"):
        design.matrix(read_table({"g": [1, 7]}))


@pytest.mark.parametrize(
    "values", [["1", "0", "true", "false"], ["0", "TRUE", "0", "0"], ["yes", "1", "0", "no"], ["2", "0.5", "true", "7"]]
)
def test_truth_values_beside_numbers_are_asked_about(path, values):
    """Whatever their share: they are four categories or two values, and only the reader knows."""
    for learn in (
        lambda **options: learned(path, values * 4, **options),
        lambda **options: learn_design({"g": values * 4, "y": [0, 1] * 8}, "y", **options),
    ):
        with pytest.raises(DataError, match=r"looks numeric, but in row \d it is '\w+'.* Write 1 and 0 if that"):
            learn()
        assert set(learn(categorical=["g"]).columns[0].levels) == set(values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "2", ".", "3"], r"text that looks like numbers or booleans, such as '1' \(in row 3 it is '.'\)"),
        (["true", "?", "false", "true"], r"such as '(true|false)' \(in row 2 it is '\?'\)"),
        (["0,5", "1,5", "2", "1,5"], r"text that looks like numbers"),
        (["5%", "7%", "5%", "5%"], r"text that looks like numbers"),
        (["$1,006", "$12.5", "$3", "$3"], r"text that looks like numbers"),
        (["1,200", "3", "4", "5"], r"'1,200' can be 1.2 or 1200"),
    ],
)
def test_text_of_frames_that_would_be_numbers_is_asked_about(values, message):
    for kind in (object, "category"):
        table = pd.DataFrame({"g": pd.Series(values, dtype=kind), "y": [0, 1, 0, 1]})
        with pytest.raises(DataError, match=message):
            learn_design(table, "y")
        assert learn_design(table, "y", categorical=["g"]).columns[0].kind == "categorical"


def test_text_of_frames_that_is_codes_stays_text():
    y = [0, 1, 0, 1]
    assert learn_design({"g": ["1", "2", "3", "1"], "y": y}, "y").columns[0].levels == ("1", "2", "3")
    assert learn_design({"g": ["007", "7", "X", "7"], "y": y}, "y").columns[0].levels == ("007", "7", "X")
    numbers = pd.DataFrame({"g": pd.Categorical([3, 1, 2, 1]), "y": y})
    assert learn_design(numbers, "y").columns[0].levels == ("1", "2", "3")


def test_levels_that_differ_by_blanks(path):
    values = ["S", "S ", " N", "N", "W", "S"]
    assert learned(path, values).columns[0].levels == ("N", "S", "W")
    column = learn_design({"g": values, "y": [0, 1] * 3}, "y").columns[0]
    assert len(column.levels) == 5
    assert "differ only in surrounding blanks" in column.notes[0][0]


@pytest.mark.parametrize(
    ("values", "positive", "expected"),
    [
        (["TRUE", "FALSE"], "TRUE", ("FALSE", "TRUE")),
        (["TRUE", "FALSE"], None, ("FALSE", "TRUE")),
        (["TRUE", "FALSE"], "false", ("TRUE", "FALSE")),
        (["1.0", "0.0"], "1.0", ("0.0", "1.0")),
        (["1.0", "0.0"], 1, ("0.0", "1.0")),
        (["1.0", "0.0"], None, ("0.0", "1.0")),
        (["1", "0"], True, ("0", "1")),
        ([True, False], 1, ("false", "true")),
        ([True, False], np.True_, ("false", "true")),
        ([True, False], "True", ("false", "true")),
        ([1, 0], True, ("0", "1")),
        ([1, 2], np.float64(2), ("1", "2")),
        (["01", "1"], "01", ("1", "01")),
        (["01", "1"], 1, ("01", "1")),
    ],
)
def test_the_positive_value_as_it_stands_or_as_it_is_meant(path, values, positive, expected):
    if isinstance(values[0], str):
        design = learn_design(file(path, {"y": values, "x": ["1", "2"]}), "y", positive=positive)
        again = read_fields(path)
    else:
        again = read_table({"y": values, "x": [1, 2]})
        design = learn_design(again, "y", positive=positive)
    assert design.target is not None
    assert design.target.levels == expected
    ones = design.target_values(again).tolist()
    assert str(values[ones.index(1)]).lower() == expected[1].lower()
    assert sorted(ones) == [0, 1]


def test_truth_values_of_a_target_in_several_spellings(path):
    file(path, {"y": ["TRUE", "true", "False", "FALSE"], "x": ["1", "2", "3", "4"]})
    design = learn_design(path, "y")
    np.testing.assert_array_equal(design.target_values(read_fields(path)), [1, 1, 0, 0])
    file(path, {"y": ["1", "1.0", "0"], "x": ["1", "2", "3"]})
    with pytest.raises(DataError, match=r"the target 'y' has 3 values"):
        learn_design(path, "y")


@pytest.mark.parametrize(("values", "positive"), [(["1", "2"], True), (["a", "b"], 1), (["yes", "no"], "y")])
def test_positive_values_that_are_none(path, values, positive):
    file(path, {"y": values, "x": ["1", "2"]})
    with pytest.raises(RequestError, match=r"the target 'y' is never"):
        learn_design(path, "y", positive=positive)


def test_formulas_read_codes_as_text(path):
    rows = {
        "g": ["007", "7", "12", "9"] * 30,
        "h": ["1,5", "2,5", "3", "4", "4", "2,5"] * 20,
        "y": ["0", "1", "1", "0", "1"] * 24,
    }
    file(path, rows)
    model = vh.fit_formula("y ~ C(g) + h", path)
    assert model.fit.names == ("C(g)[T.7]", "C(g)[T.9]", "C(g)[T.12]", "h")
    whole = model.predict_proba(path)[:4, 1]
    for row in range(4):
        file(path, {name: [values[row]] for name, values in rows.items()})
        assert model.predict_proba(path)[0, 1] == whole[row]
    file(path, {"g": ["07"], "h": ["1"]})
    with pytest.raises(DataError, match=r"row 1, column 'g': '07' was not among the levels at the fit"):
        model.predict_proba(path)
    file(path, rows)
    with pytest.raises(DataError, match=r"codes rather than numbers.*\(C\(g\) in the formula\)"):
        vh.fit_formula("y ~ g", path)


@pytest.mark.parametrize("mark", ['""', '"NA"', "None", "."])
def test_marks_among_words_are_levels_with_advice_that_helps(path, mark):
    path.write_text(f'g,y\n"a",0\n"b",1\n{mark},1\n"a",1\n')
    (note,) = learn_design(path, "y").columns[0].notes
    assert note[0] == f"Column 'g' has the level {mark.strip(chr(34))!r}."
    assert "leave the cell empty, without quotes" in note[1]
    path.write_text('g,y\n"a",0\n"b",1\n,1\n"a",1\n')
    column = learn_design(path, "y", missing="drop").columns[0]
    assert (column.levels, column.notes) == (("a", "b"), ())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["0,5", "1,5", "2,25", "3"], "Column 'g' was read as numbers, with the comma as decimal point. "),
        (["5%", "7%", "8%", "9%"], "with percent signs left out"),
        (["007", "8", "9", "12"], "although '007' looks like a code"),
        (["1", "2", ".", "4"], "In column 'g', '.' counts as missing"),
        (["a", "?", "b", "c"], "Column 'g' has the level '?'"),
        (["10 mg", "20 mg", "30 mg", "40 mg"], "Column 'g' is read as categories: its values are numbers with 'mg'"),
        (["1", "2", "3+", "4"], "Column 'g' is read as categories, because '3+' is not a number"),
        (["1", "2", "3", "4"], None),
    ],
)
def test_a_fit_warns_of_how_columns_were_read(path, values, said):
    """As the command line says it, with the advice for a table or for a formula."""
    rows = [*values * 6, *values[::-1] * 6]
    file(path, {"g": rows, "y": [str(i // 3 % 2) for i in range(len(rows))]})
    for fit, advice in (
        (lambda: vh.fit_table(path, "y", missing="drop", C=1.0), "--categorical g"),
        (lambda: vh.fit_formula("y ~ g", path, missing="drop", C=1.0), "C(g) in the formula"),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ReadingWarning)
            fit()
        found = [str(warning.message) for warning in caught if issubclass(warning.category, ReadingWarning)]
        if said is None:
            assert found == []
            continue
        (message,) = found
        assert said in message
        assert advice in message or "leave" in message


def test_marks_with_blanks_around_are_missing_in_a_table_of_types(path):
    file(path, {"x": [" NaN ", "1.5", " 2"], "n": ["1", " NA", "3"], "s": [" a ", "b", " c"]})
    assert read_table(path).to_pydict() == {"x": [None, 1.5, 2.0], "n": [1, None, 3], "s": [" a ", "b", " c"]}
