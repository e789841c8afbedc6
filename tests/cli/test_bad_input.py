"""Everything that can be wrong with what is given: a sentence on stderr, the right exit code, nothing half-written."""

import itertools
import json
import os
import signal
import subprocess
import sys

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from verhulst.cli.group import verhulst
from verhulst.data import load_dataset, write_table

USAGE, DATA = 2, 3


def run(*arguments: object) -> Result:
    return CliRunner().invoke(verhulst, [str(a) for a in arguments], prog_name="verhulst")


def refused(result: Result, code: int, message: str) -> None:
    """One sentence on standard error, nothing on standard output."""
    assert result.exit_code == code, (result.exit_code, result.stderr, result.exception)
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


FILES = {
    "ragged.csv": "y,x\n0,1\n1\n",
    "empty.csv": "",
    "header.csv": "y,x\n",
    "missing.csv": "y,x\n0,1\n1,\n1,2\n",
    "infinite.csv": "y,x\n0,1\n1,inf\n1,2\n",
    "one.csv": "y,x\n1,1\n1,2\n",
    "three.csv": "y,x\na,1\nb,2\nc,3\n",
    "text.csv": "y,x\nno,1\nyes,2\nno,3\n",
    "latin.csv": b"y,x\n0,caf\xe9\n1,b\n",
    "slip.csv": "y,x\n" + "".join(f"{i % 2},{i}\n" for i in range(30)) + "0,1O\n",
    "names.csv": "y,name\n" + "".join(f"{i % 2},person {i}\n" for i in range(30)),
    "weights.csv": "y,x,w\n0,1,1\n1,2,-1\n1,3,1\n",
    "binary.parquet": b"PAR1 and then nothing",
    "mark.csv": b"\xef\xbb\xbf",
    "null.json": "null\n",
    "null.jsonl": '{"y":0,"x":1}\nnull\n{"y":1,"x":2}\n',
    "zeros.csv": "y,x,w\n0,1,0\n1,2,0\n1,3,0\n",
}


@pytest.mark.parametrize(
    ("name", "options", "code", "message"),
    [
        ("none.csv", [], USAGE, "none.csv: there is no such file"),
        ("text.csv", ["-t", "z"], USAGE, "there is no column 'z'"),
        ("ragged.csv", [], DATA, "ragged.csv: line 3 (row 2) has 1 value where the first line names 2 columns"),
        ("empty.csv", [], DATA, "empty.csv: is empty"),
        ("header.csv", [], DATA, "header.csv: has no rows"),
        ("missing.csv", [], DATA, "missing.csv: values are missing in 1 of 3 rows (first in row 2): 'x' in 1"),
        ("infinite.csv", [], DATA, "infinite.csv: row 2, column 'x': the value is inf"),
        ("one.csv", [], DATA, "the target 'y' is '1' in every row"),
        ("three.csv", [], DATA, "the target 'y' has 3 values, but two are needed"),
        ("text.csv", [], USAGE, "say which of them counts as 1, for instance positive='yes' (--positive yes)"),
        ("text.csv", ["--positive", "yess"], USAGE, "never 'yess'. Did you mean 'yes'?"),
        ("latin.csv", [], DATA, "latin.csv: line 2 (row 1), column 'x': the text is not UTF-8"),
        ("slip.csv", [], DATA, "column 'x' looks numeric, but in row 31 it is '1O'"),
        ("names.csv", [], DATA, "--exclude name"),
        ("weights.csv", ["--weights", "w"], DATA, "row 2: the weight ('w') is -1"),
        ("binary.parquet", [], DATA, "the Parquet file is incomplete or damaged"),
        ("mark.csv", [], DATA, "mark.csv: the first line, which should name the columns, is blank"),
        ("null.json", [], DATA, "null.json: is JSON, but not of objects with one entry per column: value 1 is not"),
        ("null.jsonl", [], DATA, "value 2 is not an object"),
        ("zeros.csv", ["--weights", "w"], DATA, "zeros.csv: every weight is 0"),
        ("zeros.csv", ["--firth", "--C", "2"], USAGE, "two penalties"),
        ("text.csv", ["--positive", "yes", "--columns", "xx"], USAGE, "there is no column 'xx'"),
        ("text.csv", ["--positive", "yes", "--reference", "x"], USAGE, "must have the form COLUMN=LEVEL"),
        ("text.csv", ["--positive", "yes", "--format", "exel"], USAGE, "there is no format 'exel'"),
        ("text.csv", ["--positive", "yes", "--C", "-1"], USAGE, "--C"),
        ("text.csv", ["--positve", "yes"], USAGE, "Did you mean '--positive'"),
        ("text.csv", ["--positive", "yes", "--C", "l3"], USAGE, "l3"),
    ],
)
def test_fit_refuses(tmp_path, monkeypatch, name, options, code, message):
    monkeypatch.chdir(tmp_path)
    for file, content in FILES.items():
        (tmp_path / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    before = sorted(tmp_path.iterdir())
    target = [] if "-t" in options else ["-t", "y"]
    refused(run("fit", name, *target, *options, "-o", "model.json", "--report", "report.html"), code, message)
    assert sorted(tmp_path.iterdir()) == before


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A folder with data and a model."""
    monkeypatch.chdir(tmp_path)
    write_table(load_dataset("anes96"), "votes.csv")
    assert (
        run("fit", "votes.csv", "-t", "vote", "--positive", "Dole", "-c", "party,age", "-o", "model.json").exit_code
        == 0
    )
    return tmp_path


def test_wrong_column_suggests_the_nearest(house):
    refused(run("fit", "votes.csv", "-t", "voet"), USAGE, "there is no column 'voet'. Did you mean 'vote'?")


def test_truncated_parquet(house):
    write_table(load_dataset("anes96"), "votes.parquet")
    whole = (house / "votes.parquet").read_bytes()
    (house / "votes.parquet").write_bytes(whole[: len(whole) // 2])
    refused(run("fit", "votes.parquet", "-t", "vote"), DATA, "votes.parquet: the Parquet file is incomplete or damaged")


def test_constant_and_duplicate_columns_are_named_and_left_out(house):
    table = load_dataset("anes96").select(["vote", "age"])
    table = table.append_column("year", pa.array([1996] * 944)).append_column("again", table["age"])
    write_table(table, "odd.csv")
    result = run("fit", "odd.csv", "-t", "vote", "--positive", "Dole", "--json")
    assert result.exit_code == 0
    assert "Column 'year' is constant (1996)." in result.stderr
    assert "Column 'again' is a combination of others: again = age." in result.stderr
    assert [effect["state"] for effect in json.loads(result.stdout)["effects"]] == ["estimated", "left out", "left out"]


def test_unknown_category_at_prediction(house):
    (house / "new.csv").write_text("party,age\nindependent,30\nGreen,40\n")
    result = run("predict", "model.json", "new.csv", "-o", "out.csv")
    refused(result, DATA, "new.csv: row 2, column 'party': 'Green' was not among the levels at the fit")
    assert not (house / "out.csv").exists()


def test_other_columns_than_at_the_fit(house):
    (house / "new.csv").write_text("Party,age\nindependent,30\n")
    refused(
        run("predict", "model.json", "new.csv"),
        USAGE,
        "column 'party' is not there, but the model needs it. Did you mean 'Party'?",
    )


def test_a_column_that_is_there_already(house):
    (house / "new.csv").write_text("party,age,probability\nindependent,30,1\n")
    refused(
        run("predict", "model.json", "new.csv"), USAGE, "already has a column 'probability'; use --only, or rename it"
    )


@pytest.mark.parametrize("output", [[], ["-o", "out.csv"]])
def test_a_column_that_csv_cannot_hold(house, output):
    (house / "new.jsonl").write_text('{"party": "independent", "age": 30, "tags": [1, 2]}\n')
    refused(
        run("predict", "model.json", "new.jsonl", *output),
        USAGE,
        "column 'tags' is of type list<item: int64>, which cannot",
    )
    assert not (house / "out.csv").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace('"schema_version": 3', '"schema_version": 7'), "was written by a newer version"),
        (lambda text: text.replace('"verhulst_model": 1', '"verhulst_model": 9'), "was written in model file format 9"),
        (lambda text: text[:-400], "the model file is incomplete or damaged"),
        (
            lambda text: text.replace('"intercept": true', '"intercept": null'),
            "damaged: fit.intercept is null; it must be",
        ),
        (lambda text: "age,vote\n1,2\n", "is not a model file of verhulst"),
        (lambda text: text.replace("logistic regression", "random forest"), "does not know"),
    ],
)
def test_model_files_that_are_not_right(house, change, message):
    text = (house / "model.json").read_text()
    (house / "model.json").write_text(change(text))
    refused(run("predict", "model.json", "votes.csv", "-o", "out.csv"), DATA, message)
    assert not (house / "out.csv").exists()


def test_model_and_data_the_wrong_way_round(house):
    refused(run("predict", "votes.csv", "model.json"), DATA, "The model comes first, then the data.")


def test_model_file_that_is_not_there(house):
    refused(
        run("predict", "modell.json", "votes.csv"),
        USAGE,
        "modell.json: there is no such file. Did you mean 'model.json'?",
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "votes.csv", "-t", "vote", "--positive", "Dole", "-o", "none/m.json"],
        ["fit", "votes.csv", "-t", "vote", "--positive", "Dole", "--report", "none/r.html"],
        ["predict", "model.json", "votes.csv", "-o", "none/p.csv"],
        ["demo", "--output", "none/none"],
    ],
)
def test_output_folder_that_does_not_exist(house, arguments):
    refused(run(*arguments), USAGE, "does not exist")
    assert not (house / "none").exists()


def test_output_that_is_a_folder_or_of_no_format(house):
    refused(run("predict", "model.json", "votes.csv", "-o", "."), USAGE, "cannot determine the format of '.'")
    refused(run("fit", "votes.csv", "-t", "vote", "--positive", "Dole", "-o", "."), USAGE, "it is a folder")
    refused(run("predict", "model.json", "votes.csv", "-o", "p.xls"), USAGE, "end its name in .csv")
    refused(run("fit", "votes.csv", "-t", "vote", "-o", "-", "--report", "-"), USAGE, "both standard output")


@pytest.mark.parametrize("before", [None, "kept"])
def test_an_interrupted_write_leaves_nothing_half_written(house, monkeypatch, before):
    if before is not None:
        (house / "out.csv").write_text(before)
    files = sorted(house.iterdir())

    def interrupted(lines, added, file, delimiter):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr("verhulst.data.extended_text.write_lines", interrupted)
    result = run("predict", "model.json", "votes.csv", "-o", "out.csv")
    refused(result, 130, "Interrupted; no output file was written.")
    assert sorted(house.iterdir()) == files
    assert before is None or (house / "out.csv").read_text() == before


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_killed_command_leaves_nothing_half_written(house, number, code):
    program = (
        "import os, signal, sys\nimport verhulst.data.extended_text as write\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to Ctrl-C\n"
        "def half(lines, added, file, delimiter):\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), int(sys.argv.pop()))\n"
        "    import time; time.sleep(30)\n"
        "write.write_lines = half\n"
        "from verhulst.cli import main\nmain()"
    )
    arguments = ["predict", "model.json", "votes.csv", "-o", "out.csv", str(int(number))]
    files = sorted(os.listdir(house))
    done = subprocess.run(
        [sys.executable, "-c", program.replace("sys.argv.pop()", repr(arguments.pop())), *arguments],
        capture_output=True, text=True, cwd=house, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert sorted(os.listdir(house)) == files


def test_a_reader_that_goes_away_is_no_fault(house):
    command = f"{sys.executable} -m verhulst predict model.json votes.csv | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=house, check=False
    )
    assert done.stderr == ""
    assert done.stdout.startswith('"vote"')


def test_click_is_asked_for_in_words(house):
    program = (
        "import sys; sys.modules['rich'] = None\n"
        "from verhulst.cli.main import main\nsys.argv = ['verhulst', 'table']\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'verhulst[cli]'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fit", "", "-t", "vote"], "the name of the file is empty"),
        (["fit", "votes.csv", "-t", "vote", "-o", ""], "the name of the file is empty"),
        (["predict", "", "votes.csv"], "the name of the file is empty"),
        (["predict", "model.json", "votes.csv", "-o", ""], "the name of the file is empty"),
        (["explore", "-o", ""], "the name of the file is empty"),
        (["demo", "-o", ""], "the name of the output folder is empty"),
        (["plot", "--all", "-o", ""], "the name of the output folder is empty"),
        (["fit", "votes.csv", "-t", "vote", "--columns", ""], "'' contains no name"),
        (["fit", "votes.csv", "-t", "vote", "--exclude", " , "], "' , ' contains no name"),
        (["fit", "votes.csv", "-t", "vote", "--categorical", ""], "'' contains no name"),
        (["table", "-f", ""], "Invalid value for --functions: '' contains no name"),
        (["activations", ""], "Invalid value for ACTIVATION: '' contains no name"),
        (["fit", "votes.csv", "-t", "vote", "--text", ","], "Invalid value for --text: ',' contains no name"),
        (["fit", "votes.csv", "-t", "vote", "--na-values", ""], "Invalid value for --na-values: '' contains no name"),
        (["evaluate", "votes.csv", "--score", "", "-t", "vote"], "Invalid value for --score: '' contains no name"),
        (["evaluate", "votes.csv", "--score", "x", "-t", "y", "--fail-if", ""], "Invalid value for --fail-if: ''"),
        (["fit", "votes.csv", "-t", "vote", "--delimiter", ""], "(--delimiter) is one character"),
        (["fit", "votes.csv", "-t", "vote", "--decimal", ""], "(--decimal) is '.' or ','"),
        (["fit", "votes.csv", "-t", "vote", "--encoding", ""], "no encoding '' (--encoding)"),
    ],
)
def test_empty_variables_of_the_shell_mean_nothing_else(house, arguments, message):
    before = sorted(house.iterdir())
    refused(run(*arguments), USAGE, message)
    assert sorted(house.iterdir()) == before


def test_results_have_one_form():
    """Every command that has two of these options refuses them together, wherever they stand."""
    forms = {"--json", "--csv", "--markdown"}
    tried = 0
    for name in verhulst.list_commands(None):
        command = verhulst.get_command(None, name)
        has = forms & {flag for each in command.params for flag in each.opts}
        for first, second in itertools.permutations(sorted(has), 2):
            tried += 1
            # Refused before what the command needs is asked for.
            refused(run(name, first, second), USAGE, f"Use {first} or {second}, not both.")
    assert tried >= 20


def test_a_column_without_a_name_can_be_excluded_as_advised(house):
    rows = (house / "votes.csv").read_text().splitlines()
    (house / "nameless.csv").write_text("\n".join([f"{rows[0]},", *(f"{row}," for row in rows[1:])]) + "\n")
    fit = ["fit", "nameless.csv", "-t", "vote", "--positive", "Dole"]
    refused(run(*fit), DATA, "Exclude it (--exclude '')")
    assert run(*fit, "--exclude", "").exit_code == 0


def test_coverages_next_to_one_are_not_all(house):
    fit = ["fit", "votes.csv", "-t", "vote", "--positive", "Dole", "-c", "age", "--report", "r.html"]
    result = run(*fit, "--level", "0.99999999")
    assert "99.999999 % interval" in result.stdout
    assert "99.999999 %" in (house / "r.html").read_text().replace("&nbsp;", " ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["table", "--at", "snan"], "'snan' is neither a number"),
        (["table", "--at", "0:snan:1"], "'0:snan:1' is neither a number"),
        (["compare", "relu,tahn"], "There is no activation 'tahn'. Did you mean 'tanh'?"),
        (["plot", "--list", "--all"], "--list prints the names and draws nothing"),
        (["plot", "precision", "--list"], "--list prints the names and draws nothing"),
        (["plot", "precision", "-o", "p.svg", "--json"], "--json goes with --list"),
        (["plot", "precision", "-o", ""], "the name of the output is empty"),
        (["plot", "--all", "-o", "-"], "several files cannot go to standard output"),
        (["demo", "-o", "-"], "several files cannot go to standard output"),
        (["explain", "p", "1.0000000001"], "between 0 and 1; 1.0000000001 does not"),
        (["fit", "d.csv", "-t", "y", "--reference", "g=a", "--reference", "g=b"], "column 'g' is given twice"),
        (
            ["calibrate", "d.csv", "--score", "x", "-t", "y", "-o", "c.json", "--method", "platt", "--group", "g"],
            "--group keeps groups together in the folds of --method auto",
        ),
        (["fit", "link.csv", "-t", "y"], "link.csv: is a link to 'nowhere', which does not exist."),
    ],
)
def test_usage_of_each_command(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    os.symlink("nowhere", "link.csv")
    (tmp_path / "d.csv").write_text("x,g,y\n" + "".join(f"{k},{'ab'[k % 2]},{k % 3 // 2}\n" for k in range(30)))
    refused(run(*arguments), USAGE, message)
    assert sorted(os.listdir()) == ["d.csv", "link.csv"]


def test_names_of_activations_may_be_separated_by_commas():
    assert run("compare", "relu,tanh", "--csv").stdout == run("compare", "relu", "tanh", "--csv").stdout


class TestGroups:
    """`evaluate --by` and `calibrate --group`."""

    def table(self, groups, name="groups.arrow"):
        write_table(
            pa.table(
                {"p": [0.1 + 0.08 * (i % 10) for i in range(60)], "y": [i * 7 % 3 % 2 for i in range(60)], "g": groups}
            ),
            name,
        )
        return [name, "--score", "p", "--scores", "probabilities", "-t", "y"]

    @pytest.mark.parametrize("groups", [[[1]], [{"a": 1}]])
    def test_values_that_name_no_groups(self, tmp_path, monkeypatch, groups):
        monkeypatch.chdir(tmp_path)
        data = self.table(pa.array(groups * 60))
        refused(run("evaluate", *data, "--by", "g"), DATA, "groups.arrow: column 'g' holds values of type ")
        refused(run("calibrate", *data, "--group", "g", "-o", "c.json"), DATA, "which name no groups")

    def test_rows_without_a_group_are_one(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        long = "a group with a long name"
        data = self.table(pa.array(["None", None, long] * 20))
        text = run("evaluate", *data, "--by", "g").stdout
        assert f"group {long} n 20, " in text
        record = json.loads(run("evaluate", *data, "--by", "g", "--json").stdout)
        assert {name: group["n"] for name, group in record["groups"].items()} == {"None": 20, "(missing)": 20, long: 20}

    def test_too_many_groups(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        data = self.table([f"case {i // 2 if i < 40 else i}" for i in range(60)])
        refused(run("evaluate", *data, "--by", "g"), DATA, "column 'g' has 40 groups in 60 rows, like a name")
        assert run("calibrate", *data, "--group", "g", "-o", "c.json").exit_code == 0


def test_a_gate_shows_why_it_failed():
    from verhulst.cli.gate import Gate

    gate = Gate.parse("ece > 0.123456789", ["ece"])
    assert gate.failure(0.1234567891) == "ece is 0.1234567891, which is > 0.123456789."
    assert gate.failure(0.5) == "ece is 0.5, which is > 0.123456789."


def test_numerical_warnings_are_no_notes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "far.csv").write_text("z,y\n1e308,1\n-1e308,0\n0,1\n1,0\n")
    done = run("calibrate", "far.csv", "--score", "z", "--scores", "logits", "-t", "y", "-o", "c.json")
    assert (done.exit_code, done.stderr) == (0, "Wrote c.json\n")


@pytest.mark.parametrize("level", ["0.9999999999999999", "0.95"])
def test_intervals_of_levels_near_1_are_finite(house, level):
    record = json.loads(
        run("fit", "votes.csv", "-t", "vote", "--positive", "Dole", "-c", "age", "--level", level, "--json").stdout
    )
    [effect] = record["effects"]
    assert 0.9 < effect["odds_ratio_lower"] < 1 < effect["odds_ratio_upper"] < 1.1
