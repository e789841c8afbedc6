"""What is printed: tables that lose nothing, plain text where it must be, nothing that a terminal would obey."""

import io
import json
import re
import sys

import pytest
from click.testing import CliRunner

from verhulst.cli import console
from verhulst.cli.group import verhulst
from verhulst.cli.plain_text import plain

HEADINGS = ("column", "odds ratio", "95 % interval", "p")
ROWS = [
    ("age", "1.0084", "0.9926 to 1.02", "0.30"),
    ("party[independent Republican]", "−1.70·10⁻¹²", "−∞ to 123,000,000", "< 0.001"),
    ("x" * 1000, "0.999980", "–", "–"),
]
NUMBERS = [cell for row in ROWS for cell in row[1:]]
WIDTHS = [None, 1, 12, 20, 40, 55, 79, 80, 200]


def printed(monkeypatch, width, work, encoding="utf-8"):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(console, "terminal_width", lambda: width)
    work()
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_table_loses_a_digit(monkeypatch, width):
    text = printed(monkeypatch, width, lambda: console.show_table(HEADINGS, ROWS))
    assert all(text.count(number) >= NUMBERS.count(number) for number in NUMBERS)
    assert "…" not in text
    if width is not None and width > 40:
        assert all(len(line) <= width for line in text.splitlines() if "xxx" not in line)
    if width is None:
        assert re.search("\\n party\\[independent Republican\\] +−1.70·10⁻¹² ", text)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", [["table", "--at", "-6.5,0.123456,1e-13"], ["compare"], ["plot", "--list"]])
def test_commands_print_the_same_words_at_any_width(monkeypatch, width, command):
    def words():
        with pytest.raises(SystemExit):
            verhulst.main(command)

    wide = printed(monkeypatch, None, words)
    narrow = printed(monkeypatch, width, words)
    number = re.compile(r"[−\d.]*\d[\d.]*")
    assert set(number.findall(wide)) <= set(number.findall(narrow))


def test_ascii_keeps_signs_and_infinities(monkeypatch):
    text = printed(monkeypatch, None, lambda: console.show_table(HEADINGS, ROWS), "ascii")
    for number in NUMBERS:
        assert plain(number) in text
    assert "-1.70*10^-12" in text
    assert "-inf to 123,000,000" in text
    assert len({len(line) for line in text.splitlines()}) == 1
    text = printed(monkeypatch, None, lambda: console.show("−1.5 ≤ σ(z)"), "ascii")
    assert text == "-1.5 <= sigma(z)\n"


HOSTILE = "\x1b[31mred\x07\x9b2J\u202e\ndone"


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_printed_that_a_terminal_would_obey(monkeypatch, capsys, width):
    def work():
        console.show_table((HOSTILE, HOSTILE), [(HOSTILE, HOSTILE)])
        console.show(HOSTILE)
        console.show_prose(HOSTILE)

    text = printed(monkeypatch, width, work)
    console.say(HOSTILE)
    text += capsys.readouterr().err
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert r"\x1b[31m" in text.replace("\n", "")


def test_data_on_a_terminal_are_escaped_and_in_a_pipe_exact(monkeypatch):
    import pyarrow as pa

    from verhulst.data import write_table

    class Terminal(io.BytesIO):
        def isatty(self):
            return True

    table = pa.table({"a\x1b": ["\x1b[31m", "Köln"], "b": [1, 2]})
    for ending, format in ((b"a\\x1b", "csv"), (b"a\\x1b", "tsv"), (b"a\\u001b", "jsonl")):
        raw = Terminal()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8"))
        write_table(table, "-", format)
        assert b"\x1b" not in raw.getvalue()
        assert ending in raw.getvalue()
        assert "Köln".encode() in raw.getvalue()
    pipe = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(pipe, encoding="utf-8"))
    write_table(table, "-")
    assert b"\x1b[31m" in pipe.getvalue()


def test_messages_of_click_too():
    result = CliRunner().invoke(verhulst, ["fit", "a.csv", "-t", "y", "--missing", HOSTILE])
    assert result.exit_code == 2
    assert "\x1b" not in result.stderr
    assert r"\x1b[31m" in result.stderr


RANGES = {
    "0:1:0.1": [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
    "0:3e-15:1e-15": [0, 1e-15, 2e-15, 3e-15],
    "1e300:3e300:1e300": [1e300, 2e300, 3e300],
    "0:1:0.4": [0, 0.4, 0.8],
    "1:0:-0.25": [1, 0.75, 0.5, 0.25, 0],
    "2:2:1": [2],
    "0:0.99999999999:1": [0],
    "123456789.25:123456789.75:0.25": [123456789.25, 123456789.5, 123456789.75],
    "0:5e-324:5e-324": [0, 5e-324],
}


@pytest.mark.parametrize("text", RANGES)
def test_ranges_are_the_decimal_numbers_they_say(text):
    result = CliRunner().invoke(verhulst, ["table", f"--at={text}", "--json"])
    assert [row["z"] for row in json.loads(result.stdout)["rows"]] == RANGES[text]
    shown = CliRunner().invoke(verhulst, ["table", f"--at={text}"]).stdout.replace("−", "-")
    rows = [line.split() for line in shown.splitlines()[3:] if line.strip()]
    assert [float(row[0]) for row in rows] == RANGES[text]


@pytest.mark.parametrize("text", ["1:2:0", "1:2:-1", "0:1:1e-9", "0:1:1e-400", "0:1e999999:1", "-1e300:1e300:1e-300"])
def test_ranges_that_lead_nowhere(text):
    result = CliRunner().invoke(verhulst, ["table", f"--at={text}"])
    assert result.exit_code == 2
    assert "does not lead from" in result.stderr


def test_plain_text_knows_every_sign_that_verhulst_prints():
    """No output of the commands has a question mark for a character of verhulst's own."""
    for command in (["table", "--at", "-inf,1"], ["compare"], ["plot", "--list"], ["explain", "z", "-3"], ["--help"]):
        text = CliRunner().invoke(verhulst, command).stdout
        missing = {letter for letter in text if not letter.isascii() and plain(letter) == "?"}
        assert not missing
