"""`verhulst check`: each fault that is put into a clean table is found, and its option goes round it, literally."""

import json
import shlex
import warnings

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

import verhulst as vh
from verhulst.cli.group import verhulst
from verhulst.data import DataError, File, RequestError, table_check
from verhulst.data.asked_values import as_asked

USAGE, DATA = 2, 3
N = 400


def clean():
    """A table without a fault: columns of text, in the order of the file."""
    rng = np.random.default_rng(12)
    x, age = rng.normal(50, 9, N).round(1), rng.integers(20, 60, N)
    plan = rng.choice(["basic", "plus", "premium"], N)
    y = (rng.random(N) < 1 / (1 + np.exp(-(x - 50) / 9))).astype(int)
    return {"x": list(map(str, x)), "age": list(map(str, age)), "plan": list(plan), "y": list(map(str, y))}


def changed(column, rows, value):
    def change(table):
        for row in rows:
            table[column][row] = value

    return change


def added(name, values):
    def add(table):
        table[name] = [str(value) for value in values(table, np.random.default_rng(3))]

    return add


def renamed(values):
    def rename(table):
        table["y"] = [values[int(value)] for value in table["y"]]

    return rename


def dates(form):
    import datetime

    start = datetime.date(2023, 1, 1)
    return lambda _, rng: [f"{start + datetime.timedelta(int(k)):{form}}" for k in rng.integers(0, 700, N)]


# What is done to the table; the kind and the column of the problem that is found; whether it stops a fit; its option.
FAULTS = {
    "two words": (renamed(["no", "yes"]), ("target", "y", True, "--positive yes")),
    "rarer word": (renamed(["left", "stayed"]), ("target", "y", True, "--positive")),
    "missing": (changed("x", [3, 8], ""), ("missing values", None, True, "--missing drop")),
    "marks": (changed("age", [5], "?"), ("missing values", None, True, "--missing drop")),
    "mostly missing": (changed("x", range(300), "NA"), ("mostly missing", "x", True, "--exclude x")),
    "empty": (added("e", lambda *_: [""] * N), ("empty", "e", True, "--exclude e")),
    "names": (added("who", lambda *_: [f"c{k}" for k in range(N)]), ("identifier", "who", True, "--exclude who")),
    "numbers of cases": (
        added("customer_id", lambda _, rng: rng.permutation(N) * 7 + 1000),
        ("identifier", "customer_id", False, "--exclude customer_id"),
    ),
    "codes": (
        added("zip", lambda _, rng: rng.choice([10115, 20095, 80331], N)), ("code", "zip", False, "--categorical zip"),
    ),
    "codes with zeros": (
        added("branch", lambda _, rng: [f"{k:05d}" for k in rng.choice([501, 2139, 94110], N)]),
        ("code", "branch", False, "--categorical branch"),
    ),
    "dates": (added("day", dates("%Y-%m-%d")), ("dates", "day", True, "--date day=days")),
    "dates of Germany": (added("day", dates("%d.%m.%Y")), ("dates", "day", True, "--date day=days")),
    "times": (
        added("at", lambda *_: [f"{k % 24:02d}:{k % 60:02d}" for k in range(N)]), ("dates", "at", True, "--exclude at"),
    ),
    "words among numbers": (changed("x", [7, 9, 30], "oops"), ("unclear numbers", "x", True, "--na-values oops")),
    "below a limit": (changed("x", [7, 9, 30], "<5"), ("unclear numbers", "x", True, "--na-values '<5'")),
    "thousands": (
        added("cost", lambda _, rng: [f'"{k},{k}"' for k in rng.integers(100, 999, N)]),
        ("unclear numbers", "cost", True, "--decimal ."),
    ),
    "constant": (added("c", lambda *_: [7] * N), ("constant", "c", False, "--exclude c")),
    "constant word": (added("c", lambda *_: ["all"] * N), ("constant", "c", False, "--exclude c")),
    "copy": (added("copy", lambda table, _: table["x"]), ("copy", "copy", False, "--exclude copy")),
    "same groups": (
        added("tier", lambda table, _: [{"basic": "1st", "plus": "2nd", "premium": "3rd"}[p] for p in table["plan"]]),
        ("copy", "tier", False, "--exclude tier"),
    ),
    "sum": (
        added("sum", lambda table, _: [float(a) + float(b) for a, b in zip(table["x"], table["age"], strict=True)]),
        ("dependent", "sum", False, "--exclude sum"),
    ),
    "nearly dependent": (
        added("grams", lambda table, rng: [1000 * float(a) + rng.normal(0, 300) for a in table["x"]]),
        ("nearly dependent", "grams", False, "--exclude grams"),
    ),
    "rare levels": (changed("plan", [1, 2, 3], "gold"), ("rare levels", "plan", False, "--lump 10")),
    "leak": (
        added("gone", lambda table, rng: [int(y) * rng.integers(1, 90) for y in table["y"]]),
        ("decides the outcome", "gone", False, "--exclude gone"),
    ),
    "leak of most": (
        added("fee", lambda table, _: [f"${40 + k}" if y == "1" and k % 9 else "$0" for k, y in enumerate(table["y"])]),
        ("decides the outcome", "fee", False, "--exclude fee"),
    ),
    "leak of most, other outcome": (
        added("rest", lambda table, _: [0 if y == "1" or k % 9 == 0 else -k for k, y in enumerate(table["y"])]),
        ("decides the outcome", "rest", False, "--exclude rest"),
    ),
    "leak of most, in words": (
        added("agency", lambda table, _: ["yes" if y == "1" and k % 9 else "no" for k, y in enumerate(table["y"])]),
        ("decides the outcome", "agency", False, "--exclude agency"),
    ),
    "leak of words": (
        added("state", lambda table, _: ["closed" if y == "1" else "open" for y in table["y"]]),
        ("decides the outcome", "state", False, "--exclude state"),
    ),
    "leak by what is missing": (
        added("left", lambda table, rng: [rng.integers(1, 90) if y == "1" else "" for y in table["y"]]),
        ("decides the outcome", "left", True, "--exclude left"),
    ),
}  # fmt: skip


def write(path, table, mark=",", encoding="utf-8", above=(), lines=()):
    rows = [mark.join(table), *(mark.join(row) for row in zip(*table.values(), strict=True))]
    path.write_bytes("".join(f"{line}\n" for line in [*above, *rows, *lines]).encode(encoding))


# How the clean table is written; the problems.
FILES = {
    "encoding": ({"encoding": "cp1252", "rename": "Größe"}, [("encoding", "--encoding cp1252")]),
    "UTF-16": ({"encoding": "utf-16-le"}, [("encoding", "--encoding UTF-16LE")]),
    "delimiter": ({"mark": ":"}, [("delimiter", "--delimiter :")]),
    "blanks": ({"mark": " "}, [("delimiter", "--delimiter blank")]),
    "title": ({"above": ["Export of May", ""]}, [("lines above the names", "--skip-lines 2")]),
    "lines": ({"lines": ["1,2", "total"]}, [("lines of a wrong length", "--rejects rejects.csv")]),
    "all": (
        {"encoding": "cp1252", "rename": "Größe", "mark": ";", "above": ["Süd"], "lines": ["1;2"]},
        [
            ("encoding", "--encoding cp1252"), ("lines above the names", "--skip-lines 1"),
            ("lines of a wrong length", "--rejects rejects.csv"),
        ],
    ),
}  # fmt: skip


def run(*arguments):
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checked(*options):
    result = run("check", "t.csv", "--target", "y", "--json", *options)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_clean_table_has_no_problem(folder):
    write(folder / "t.csv", clean())
    result = run("check", "t.csv", "--target", "y")
    assert (result.exit_code, result.stdout) == (0, "t.csv: 400 rows, 4 columns; no problems found\n")


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_its_option_goes_round_it(folder, fault):
    table = clean()
    change, (kind, column, stops, option) = FAULTS[fault]
    change(table)
    write(folder / "t.csv", table)
    found = checked()
    problem, *others = found["problems"]
    assert (problem["kind"], problem["column"], problem["stops"]) == (kind, column, stops), found
    assert problem["option"].startswith(option)
    # Words that are marks of missing values leave rows without a value.
    assert [each["kind"] for each in others] == (["missing values"] if "--na-values" in option else [])
    refused = run("fit", "t.csv", "--target", "y")
    assert (refused.exit_code != 0) == stops, refused.stderr
    followed = run(*shlex.split(found["command_line"])[1:])
    assert followed.exit_code == 0, followed.stderr
    left = checked(*shlex.split(found["options"]))["problems"]
    assert left == []


@pytest.mark.parametrize(("column", "written"), [("x", "-99.0"), ("age", "999")])
def test_a_number_for_missing_values(folder, column, written):
    """The command takes it for missing at once; a fit without the option notes it."""
    table = clean()
    changed(column, [7, 9, 30], written)(table)
    write(folder / "t.csv", table)
    found = checked()
    assert [(each["kind"], each["column"]) for each in found["problems"]] == [
        ("missing values", None), ("number for missing values", column),
    ]  # fmt: skip
    assert f"Column '{column}' is {float(written):.0f} in 3 rows, and from " in str(found)
    followed = run(*shlex.split(found["command_line"])[1:])
    assert (followed.exit_code, "Note: 3 of" in followed.stderr) == (0, True)
    assert checked(*shlex.split(found["options"]))["problems"] == []
    noted = run("fit", "t.csv", "--target", "y")
    assert f"is {float(written):.0f} in 3 rows" in noted.stderr
    frame = vh.check({name: [float(v) for v in table[name]] for name in ("x", "age", "y")}, "y")
    assert [(each.kind, each.column, each.option) for each in frame.problems] == [
        ("number for missing values", column, "")
    ]


@pytest.mark.parametrize("value", ["-12.5", "99", "-9"])
def test_other_far_numbers_stay(folder, value):
    table = clean()
    changed("x", [7, 9], value)(table)
    write(folder / "t.csv", table)
    assert checked()["problems"] == []


def test_a_number_for_missing_values_with_a_decimal_comma(folder):
    """It is the same number with decimals that are 0; three zeros could be thousands."""
    table = clean()
    table["x"] = [value.replace(".", ",") for value in table["x"]]
    changed("x", [7], "-99,0")(table)
    changed("x", [8], "-99,00")(table)
    write(folder / "t.csv", table, ";")
    found = checked()
    assert found["problems"][0]["matter"] == "Values are missing in 2 of 400 rows: 'x' in 2."
    assert found["problems"][1]["option"] == "--na-values=-99"
    assert checked(*shlex.split(found["options"]))["problems"] == []
    table = pa.table({"x": ["-99,0", "-99.000", "-99", "99", "-9", "-99.0000"]})
    assert as_asked(table, File("", na_values=["-99"]))["x"].to_pylist() == [None, "-99.000", None, "99", "-9", None]


def test_spellings(folder):
    table = clean()
    changed("plan", range(1, 60, 2), "Basic")(table)
    changed("plan", range(2, 60, 2), "PLUS")(table)
    write(folder / "t.csv", table)
    [problem] = checked()["problems"]
    assert (problem["kind"], problem["stops"], problem["option"]) == ("spellings", False, "")
    said = "Column 'plan' has levels that differ only in blanks or capital letters: 'Basic' and 'basic', 'PLUS' and"
    assert said in problem["matter"]
    assert said in run("fit", "t.csv", "--target", "y").stderr


def test_names_that_recur_and_limits_are_explained(folder):
    table = clean()
    added("who", lambda *_: [f"c{k % 250}" for k in range(N)])(table)
    changed("x", [7, 9, 30], "<5")(table)
    write(folder / "t.csv", table)
    matters = {each["column"]: each["matter"] for each in checked()["problems"]}
    assert "may depend on each other: keep them together in folds (--cv 10 --group who)." in matters["who"]
    assert "Better put a number in place of '<5' in the file" in matters["x"]


def test_a_rare_first_level(folder):
    """It is what the others are compared with, unless several rare levels are taken together."""
    table = clean()
    changed("plan", range(3), "absent")(table)
    write(folder / "t.csv", table)
    found = checked()
    assert [each["option"] for each in found["problems"]] == ["--reference plan=premium", "--lump 10"]
    assert "Column 'plan' is compared with its first level, 'absent', which has only 3 rows." in str(found)
    noted = run("fit", "t.csv", "--target", "y").stderr
    assert "with the first one, 'absent', which has only 3 cases, so that all these odds ratios are uncertain." in noted
    assert "Compare with the most frequent one (--reference plan=premium)." in noted
    followed = run(*shlex.split(found["command_line"])[1:])
    assert followed.exit_code == 0, followed.stderr
    assert "plan            premium" in followed.stdout
    assert "Column 'plan': only 'absent' has fewer than 10 rows (3). There is no other level" in followed.stderr
    assert "first one" not in followed.stderr
    assert checked(*shlex.split(found["options"]))["problems"] == []
    changed("plan", range(3, 6), "absurd")(table)
    write(folder / "t.csv", table)
    assert [each["option"] for each in checked()["problems"]] == ["--lump 10"]


def test_numbers_that_are_none_are_noted_by_the_fit(folder):
    table = clean()
    added("zip", lambda _, rng: rng.choice([10115, 20095, 80331], N))(table)
    added("customer_id", lambda _, rng: rng.permutation(N) * 7 + 1000)(table)
    write(folder / "t.csv", table)
    done = run("fit", "t.csv", "--target", "y", "--report", "r.html")
    assert "like codes of places or kinds, such as " in done.stderr
    assert "Its odds ratio then means nothing (--categorical zip)." in done.stderr
    assert "Its odds ratio then means nothing (--exclude customer_id)." in done.stderr
    assert "(--exclude customer_id)" in (folder / "r.html").read_text()
    many = run("fit", "t.csv", "--target", "plan", "--multinomial")
    assert "Its odds ratio then means nothing (--exclude customer_id)." in many.stderr
    again = run("fit", "t.csv", "--target", "y", "--categorical", "zip", "--exclude", "customer_id")
    assert (again.exit_code, again.stderr) == (0, "")


@pytest.mark.parametrize(
    "options", [("--firth",), ("--C", "0.5"), ("--reference", "plan=plus"), ("--reference", "plan=plus", "--firth")]
)
def test_options_of_the_fit_stay_in_the_command(folder, options):
    table = {name: values[:60] for name, values in clean().items()}
    renamed(["no", "yes"])(table)
    write(folder / "t.csv", table)
    found = checked(*options)
    kinds = [each["kind"] for each in found["problems"]]
    assert ("few cases" in kinds) == (options == ("--reference", "plan=plus"))
    words = shlex.split(found["command_line"])[1:]
    assert [word for word in words if word in options] == list(options)
    assert run(*words).exit_code == 0
    changed("x", [3], "")(table)
    write(folder / "t.csv", table)
    refused = run("fit", "t.csv", "--target", "y", *options)
    [command] = [line for line in refused.stderr.splitlines() if line.startswith("With all of them: ")]
    assert run(*shlex.split(command)[5:]).exit_code == 0


@pytest.mark.parametrize(
    ("mark", "option"), [("N.A.", "--na-values N.A."), ("-", "--na-values=-"), ('""', "leave the cell empty")]
)
def test_a_level_that_may_be_a_mark_of_missing_values(folder, mark, option):
    """Nothing but the analyst knows which it is, so no option is followed without asking."""
    table = clean()
    changed("plan", range(0, N, 9), mark)(table)
    table["plan"] = [f'"{value}"' if value != mark else value for value in table["plan"]]
    write(folder / "t.csv", table)
    found = checked()
    assert [(each["kind"], each["column"], each["option"]) for each in found["problems"]] == [
        ("mark of missing values", "plan", "")
    ]
    matter = found["problems"][0]["matter"]
    assert option in matter
    assert option in run("fit", "t.csv", "--target", "y").stderr.replace("\n", " ")
    assert checked("--categorical", "plan")["problems"] == []
    if option.startswith("--"):
        assert [each["kind"] for each in checked(*shlex.split(option))["problems"]] == ["missing values"]


@pytest.mark.parametrize(
    ("fault", "given", "meant"),
    [
        ("two words", ["--positive", "yess"], "--positive yes"),
        ("two words", ["--positive", "nope"], "--positive no"),
        ("rarer word", ["--positive", "17"], "--positive "),
        ("dates", ["--date", "day=quarter"], "--date day=days"),
        ("times", ["--date", "at=quarter"], "--exclude at"),
    ],
)
def test_an_option_with_a_wrong_value_is_replaced(folder, fault, given, meant):
    table = clean()
    FAULTS[fault][0](table)
    write(folder / "t.csv", table)
    found = checked(*given)
    (problem,) = found["problems"]
    assert (problem["stops"], problem["option"].startswith(meant)) == (True, True), found
    assert given[1] not in shlex.split(found["command_line"])
    followed = run(*shlex.split(found["command_line"])[1:])
    assert followed.exit_code == 0, followed.stderr


@pytest.mark.parametrize("sure", [0, 3, 9])
def test_a_few_rows_that_are_decided_are_no_leak(folder, sure):
    table = clean()
    ones = [k for k, y in enumerate(table["y"]) if y == "1"][:sure]
    table["flag"] = [str(int(k in ones)) for k in range(N)]
    write(folder / "t.csv", table)
    assert "decides the outcome" not in {each["kind"] for each in checked()["problems"]}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_read_otherwise(folder, name):
    how, problems = FILES[name]
    table, how = clean(), dict(how)
    if new := how.pop("rename", None):
        table = {new if key == "age" else key: values for key, values in table.items()}
    write(folder / "t.csv", table, **how)
    found = checked()
    assert [(each["kind"], each["option"]) for each in found["problems"]] == problems
    assert all(each["stops"] for each in found["problems"])
    assert run("fit", "t.csv", "--target", "y").exit_code != 0
    command = shlex.split(found["command_line"])
    followed = run(*command[1:])
    assert followed.exit_code == 0, followed.stderr
    assert not (folder / "rejects.csv").exists() or "--rejects" in command


def test_all_at_once_in_check_and_fit(folder):
    table = clean()
    names = ("leak", "sum", "missing", "names", "dates", "words among numbers", "rare levels", "two words")
    for name in names:
        FAULTS[name][0](table)
    write(folder / "t.csv", table)
    found = checked()
    # The column of the sum holds a word too now; that of the leak is not compared with others.
    assert {each["kind"] for each in found["problems"]} == {
        "target", "missing values", "identifier", "dates", "unclear numbers", "rare levels", "decides the outcome",
    } | {each["kind"] for each in found["problems"] if "dependent" in each["kind"]}  # fmt: skip
    stops = [each["stops"] for each in found["problems"]]
    assert stops == sorted(stops, reverse=True)
    refused = run("fit", "t.csv", "--target", "y")
    assert refused.exit_code in (USAGE, DATA)
    assert "All that stops this fit, each with the option that goes round it:" in refused.stderr
    listed = [line for line in refused.stderr.splitlines() if " -> --" in line]
    assert len(listed) == sum(stops)
    command = next(line for line in refused.stderr.splitlines() if line.startswith("With all of them: "))
    for text in (command.removeprefix("With all of them: "), found["command_line"]):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            followed = run(*shlex.split(text)[1:])
        assert followed.exit_code == 0, followed.stderr
    assert "make results doubtful: verhulst check t.csv" in refused.stderr


def test_one_problem_is_said_once(folder):
    table = clean()
    FAULTS["missing"][0](table)
    write(folder / "t.csv", table)
    assert "All that stops" not in run("fit", "t.csv", "--target", "y").stderr


def test_gates(folder):
    table = clean()
    FAULTS["constant"][0](table)
    write(folder / "t.csv", table)
    assert run("check", "t.csv", "-t", "y", "--fail-if", "stops > 0").exit_code == 0
    failed = run("check", "t.csv", "-t", "y", "--fail-if", "problems > 0")
    assert (failed.exit_code, "Failed: problems" in failed.stderr) == (1, True)


def test_frames_and_other_sources(folder):
    import pandas as pd

    table = clean()
    typed = {name: pd.array(pd.to_numeric(values) if name != "plan" else values) for name, values in table.items()}
    frame = pd.DataFrame(typed)
    assert vh.check(frame, "y").problems == ()
    frame["when"] = pd.Timestamp("2024-05-01") + pd.to_timedelta(np.arange(N) * 31 % 999, unit="D")
    frame["who"] = [f"c{k}" for k in range(N)]
    frame["id"] = np.arange(N)
    found = vh.check(frame, "y")
    assert [(each.kind, each.column) for each in found.problems] == [
        ("dates", "when"), ("identifier", "who"), ("identifier", "id"),
    ]  # fmt: skip
    assert found.options == "--date when=days --exclude who,id"
    assert "<li>" in found._repr_html_()
    vh.data.write_table(pa.Table.from_pandas(frame), "t.parquet")
    assert [each.kind for each in vh.check("t.parquet", "y").problems] == [each.kind for each in found.problems]
    assert vh.check(frame).target is None


def test_long_tables_are_compared_in_some_rows(folder, monkeypatch):
    monkeypatch.setattr(table_check, "MOST_ROWS", 90)
    write(folder / "t.csv", clean())
    found = vh.check("t.csv", "y")
    assert (found.rows, found.looked_at) == (N, 80)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), USAGE, "Missing option '--target'"),
        (("-t", "z"), USAGE, "no column 'z'"),
        (("-t", "y", "--exclude", "nope"), USAGE, "no column 'nope'"),
        (("-t", "y", "--fail-if", "probs > 0"), USAGE, "no measure 'probs'. Did you mean 'problems'"),
        (("-t", "y", "--date", "x"), USAGE, "COLUMN=PART"),
        (("-t", "y", "--encoding", "nope"), USAGE, "no encoding 'nope'"),
        (("-t", "y", "--lump", "-1"), USAGE, "--lump"),
        (("-t", "y", "--C", "0"), USAGE, "--C"),
        (("-t", "y", "--C", "1", "--firth"), USAGE, "--firth and --C are two penalties"),
        (("-t", "y", "--reference", "plan"), USAGE, "--reference"),
        (("-t", "y", "--reference", "plam=plus"), USAGE, "plan"),
    ],
)
def test_bad_requests(folder, arguments, code, said):
    write(folder / "t.csv", clean())
    result = run("check", "t.csv", *arguments)
    assert (result.exit_code, said in " ".join(result.stderr.split())) == (code, True), result.stderr


def test_tables_that_cannot_be_checked(folder):
    (folder / "empty.csv").write_text("")
    (folder / "t.csv").write_text("a,y\n")
    for name, said in (("empty.csv", "is empty"), ("t.csv", "has no rows"), ("none.csv", "no such file")):
        result = run("check", name, "-t", "y")
        assert (result.exit_code != 0, said in result.stderr) == (True, True), result.stderr
    with pytest.raises(RequestError, match="missing must be"):
        vh.check({"y": [0, 1], "x": [1, 2]}, "y", missing="empty")
    with pytest.raises(DataError, match="cannot read a table from a int"):
        vh.check(3, "y")


@pytest.mark.parametrize("values", [["a", "b", "c"], ["1", "1", "1"]])
def test_targets_without_two_values(folder, values):
    table = clean()
    table["y"] = [values[k % 3] for k in range(N)]
    write(folder / "t.csv", table)
    problem = checked()["problems"][0]
    assert (problem["kind"], problem["stops"]) == ("target", True)
    assert problem["option"] == ("--multinomial" if len(set(values)) == 3 else "")
    if problem["option"]:
        assert run("fit", "t.csv", "-t", "y", "--multinomial").exit_code == 0
