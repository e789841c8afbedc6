"""How a process of the command line ends: streams that cannot be written, bad settings, signals at any moment."""

import json
import os
import signal
import subprocess
import sys

import pyarrow as pa
import pytest

import verhulst as vh
from verhulst.cli.outcome import exit_code
from verhulst.data import DataError, ModelFileError, load_dataset, write_table

PROGRAM = [sys.executable, "-m", "verhulst"]


def run(*arguments, **more):
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=60, **more)


def run_program(program):
    """Run Python code in a process of its own."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)


COMMANDS = {
    "help": ["--help"],
    "version": ["--version"],
    "table": ["table"],
    "json": ["table", "--json"],
    "page": ["explore", "-o", "-"],
}


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_standard_output_that_cannot_be_written(arguments):
    """A full disk and a closed stream are a sentence and exit code 2, a reader that has gone away is nothing."""
    with open("/dev/full", "w") as full:
        on_full = subprocess.Popen([*PROGRAM, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
    closed = subprocess.Popen(["sh", "-c", '"$@" >&-', "sh", *PROGRAM, *arguments], stderr=subprocess.PIPE, text=True)
    reading, writing = os.pipe()
    os.close(reading)
    gone = subprocess.Popen([*PROGRAM, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    for process, code, message in (
        (on_full, 2, "standard output: No space left on device."),
        (closed, 2, "standard output: Bad file descriptor."),
        (gone, 0, None),
    ):
        _, said = process.communicate(timeout=60)
        assert process.returncode == code, said
        assert said == "" if message is None else message in said
        assert said.count("\n") <= 1


MESSAGES = {
    "done": (["fit", "t.csv", "-t", "y", "-o", "m.json"], 0),
    "usage": (["tabel"], 2),
}


@pytest.mark.parametrize(("arguments", "code"), MESSAGES.values(), ids=MESSAGES)
def test_standard_error_that_cannot_be_written(arguments, code, tmp_path):
    """The exit code is that of the work: 1 would say that a quality gate failed."""
    (tmp_path / "t.csv").write_text("x,y\n1,0\n2,1\n3,0\n4,1\n")
    reading, writing = os.pipe()
    os.close(reading)
    with open("/dev/full", "w") as full, open(writing, "w") as gone:
        processes = [
            subprocess.Popen([*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=stream, cwd=tmp_path)
            for stream in (full, gone)
        ]
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [code, code]
    assert (tmp_path / "m.json").exists() == (code == 0)


SHORTAGES = {
    "memory": ("MemoryError()", "there is not enough memory for this."),
    "a library": ("ImportError('x.so: failed to map segment from shared object')", "there is not enough memory for"),
    "threads": ('RuntimeError("can\'t start new thread")', "does not let this process start another thread"),
    "Arrow's threads": ("pa.lib.ArrowException('Failed to launch worker thread: x')", "start another thread"),
}


@pytest.mark.parametrize(("error", "message"), SHORTAGES.values(), ids=SHORTAGES)
def test_shortages_of_the_system(error, message, capsys):
    def work():
        raise eval(error, {"pa": pa})

    assert exit_code(work) == 3
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_no_thread_may_be_started():
    done = run_program(
        "import _thread, sys\n"
        'def refuse(*_): raise RuntimeError("can\'t start new thread")\n'
        "_thread.start_new_thread = refuse\n"
        "sys.argv = ['verhulst', 'table', '--at', '0', '-f', 'sigmoid', '--csv']\n"
        "from verhulst.cli import main\n"
        "main()"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].endswith("0.5")


def test_closed_standard_input_and_error(tmp_path):
    done = subprocess.run(
        ["sh", "-c", '"$@" <&-', "sh", *PROGRAM, "fit", "-", "-t", "y"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr == "Error: standard input: cannot be read: Bad file descriptor.\n"
    done = subprocess.run(["sh", "-c", '"$@" 2>&-', "sh", *PROGRAM, "tabel"], stdout=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout) == (2, b"")


SETTINGS = {
    "VERHULST_CPU": ("foo", 2, "VERHULST_CPU=foo is not an instruction-set level"),
    "VERHULST_NUM_THREADS": ("x", 2, "VERHULST_NUM_THREADS must be a whole number"),
    "MPLBACKEND": ("nosuch", 2, "'nosuch' is not a valid value for backend"),
    "COLUMNS": ("abc", 0, ""),
    "_VERHULST_COMPLETE": ("foo", 2, "_VERHULST_COMPLETE=foo is not an instruction"),
    "LANG": ("C", 0, ""),
    "PYTHONIOENCODING": ("ascii", 0, ""),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_the_environment(name):
    value, code, message = SETTINGS[name]
    done = run(*(["plot", "--list"] if name == "MPLBACKEND" else ["table"]), env=os.environ | {name: value})
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


# A process that stands still, and sends itself a signal, when it is about to import a module.
STOPPED = """
import os, sys, time
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})
            time.sleep(60)
sys.meta_path.insert(0, Stop())
import signal; signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job is born deaf to it
sys.argv = ["verhulst", *sys.argv[1:]]
from verhulst.cli import main
main()
"""


@pytest.mark.parametrize(
    ("module", "number"),
    [
        ("numpy", signal.SIGINT),
        ("click", signal.SIGHUP),
        ("verhulst.cli.fit", signal.SIGINT),
        ("pyarrow.lib", signal.SIGTERM),
        ("verhulst.report.write", signal.SIGTERM),
    ],
)
def test_signals_at_every_stage(tmp_path, module, number):
    write_table(load_dataset("anes96").slice(0, 50), tmp_path / "v.csv")
    program = STOPPED.format(module=module, number=int(number))
    arguments = ["fit", "v.csv", "-t", "vote", "--positive", "Dole", "-c", "age", "-o", "m.json", "--report", "r.html"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=60,
    )
    assert done.returncode == 128 + number
    assert done.stderr.count("\n") == 1
    assert "no output file was written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["v.csv"]


def test_an_interruption_says_which_file_is_there(tmp_path):
    write_table(load_dataset("anes96").slice(0, 50), tmp_path / "v.csv")
    program = (
        "import os, signal, sys, time\nimport verhulst.cli.fit, verhulst.report.write as write\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def stop(*_, **__): os.kill(os.getpid(), signal.SIGINT); time.sleep(60)\n"
        "write.html_of = stop\n"
        "from verhulst.cli import main\nmain()"
    )
    arguments = ["fit", "v.csv", "-t", "vote", "--positive", "Dole", "-c", "age", "-o", "m.json", "--report", "r.html"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (130, "Interrupted; wrote m.json; did not write r.html.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.json", "v.csv"]


def test_a_failure_says_which_file_is_there(tmp_path):
    write_table(load_dataset("anes96").slice(0, 50), tmp_path / "v.csv")
    fit = ["fit", "v.csv", "-t", "vote", "--positive", "Dole", "-c", "age", "-o", "m.json", "--report", "/dev/full"]
    done = run(*fit, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "Error: cannot write '/dev/full': No space left on device.\nWrote m.json\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_waiting_for_a_pipe_is_ended_by_a_signal(tmp_path, number):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom verhulst.cli import main\nmain()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, "fit", str(pipe), "-t", "y"], stderr=subprocess.PIPE, text=True
    )
    with open(pipe, "wb"):  # returns when the command has opened it
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "no output file was written" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_arrow_reads_is_no_error_of_the_file(number):
    """Arrow has handlers of its own for these signals as long as its reader of CSV works."""
    program = (
        "import os, signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from verhulst import _process\n_process.prepare()\nfrom pyarrow import csv\n"
        "from verhulst.data.arrow_csv import read_csv\n"
        f"def stop(_): os.kill(os.getpid(), {int(number)}); time.sleep(60)\n"
        "parse = csv.ParseOptions(invalid_row_handler=stop)\n"
        "read_csv(b'a,b\\n1,2,3\\n', csv.ReadOptions(use_threads=False), parse, csv.ConvertOptions())"
    )
    done = run_program(program)
    assert done.returncode == 128 + number
    assert done.stderr.endswith("; no output file was written.\n")
    assert done.stderr.count("\n") == 1


def test_ignored_signals_stay_ignored(tmp_path):
    program = (
        "import os, signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from verhulst import _process\n_process.prepare()\nos.kill(os.getpid(), signal.SIGHUP)\n"
        "import time; time.sleep(0.1); print('alive')"
    )
    done = run_program(program)
    assert done.stdout == "alive\n"


def test_other_processes_are_left_as_they_are():
    program = (
        "import signal, sys\nhook = sys.excepthook\nimport verhulst\n"
        "print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, sys.excepthook is hook)"
    )
    done = run_program(program)
    assert (done.returncode, done.stdout) == (0, "True True\n")


def test_a_process_that_is_forked_does_not_end_its_parent():
    program = (
        "import os, signal, time\nfrom verhulst import _process\n_process.prepare()\n"
        "child = os.fork()\n"
        "if child == 0:\n    time.sleep(60)\n"
        "os.kill(child, signal.SIGTERM)\nstatus = os.waitpid(child, 0)[1]\ntime.sleep(0.1)\n"
        "print(os.WTERMSIG(status) == signal.SIGTERM)"
    )
    done = run_program(program)
    assert (done.returncode, done.stdout) == (0, "True\n")


class Zeros:
    """A device of zeros as standard input: it has no end, and a reader that asks for one is stopped."""

    left = 1 << 24

    @property
    def buffer(self):
        return self

    def read(self, size=-1):
        self.left -= size
        assert 0 <= size <= self.left, "a device was read to its end"
        return bytes(size)


def test_zeros_without_an_end_are_neither_a_model_nor_a_table(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Zeros())
    with pytest.raises(ModelFileError, match="standard input: is not a model file"):
        vh.load("-")
    with pytest.raises(DataError, match="standard input: is binary data, which begins with zeros, not a table"):
        vh.fit_table("-", "y")


CASES = {
    "raises": ("def case(): return 1 / 0", 3, "raised ZeroDivisionError: division by zero (", "user.py, line 1"),
    "exits": ("import sys\ndef case(): sys.exit(1)", 3, "raised SystemExit: 1", "line 2"),
    "does not parse": ("def (", 3, "raised SyntaxError", "user.py, line 1"),
    "misses a module": ("import nosuchmodule", 2, "This needs nosuchmodule", "not installed"),
    "returns something else": ("def case(): return 5", 2, "must return (model, X, y, loss_fn)", "int"),
    "is no function": ("case = 5", 2, "is no function", "int"),
    "has another name": ("def kase(): pass", 2, "has no 'case'", "Did you mean 'kase'"),
    "does not fit together": (
        "import torch\ndef case():\n    print('loading')\n    return torch.nn.Linear(3, 1), torch.zeros(4, 2), "
        "torch.zeros(4, 1), torch.nn.functional.mse_loss", 3, "raised RuntimeError", "cannot be multiplied",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_errors_of_the_users_module_are_not_ours(tmp_path, monkeypatch, name):
    from click.testing import CliRunner

    from verhulst.cli.group import verhulst

    text, code, *messages = CASES[name]
    (tmp_path / "user.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "user", raising=False)
    result = CliRunner().invoke(verhulst, ["audit", "model", "user:case", "--json"])
    assert result.exit_code == code, result.stderr
    assert all(message in result.stderr for message in messages), result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""  # what the module prints goes to standard error


def test_json_of_numbers_that_json_does_not_have():
    record = json.loads(run("table", "--at", "nan,inf", "-f", "softplus", "--json").stdout)
    assert [row["softplus"] for row in record["rows"]] == [None, "inf"]
