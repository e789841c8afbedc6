"""Advice in messages, followed to the letter, works."""

import os
import re
import shlex
import subprocess

import pytest
from click.testing import CliRunner, Result

from verhulst.cli.group import verhulst


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


SEPARATED = "z,y\n-2,0\n-1,0\n1,1\n2,1\n"
INFINITE = "z,y\ninf,0\n-inf,1\n0,1\n1,0\n"
OUTSIDE = "z,y\n0.2,1\n1.7,0\n0.4,1\n0.5,0\n"
CALIBRATE = ["calibrate", "scores.csv", "--score", "z", "--scores", "logits", "-t", "y", "-o", "map.json", "--method"]
# A file, a command that is refused, and the last option of it, which the advice replaces.
REFUSED = {
    "temperature": (SEPARATED, CALIBRATE, "temperature"),
    "platt": (SEPARATED, CALIBRATE, "platt"),
    "beta": (SEPARATED, CALIBRATE, "beta"),
    "infinite": (INFINITE, CALIBRATE, "platt"),
    "kind": (OUTSIDE, ["evaluate", "scores.csv", "--score", "z", "-t", "y", "--scores"], "probabilities"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_option_named_for_another_choice(tmp_path, monkeypatch, name):
    text, arguments, choice = REFUSED[name]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scores.csv").write_text(text)
    refused = run(*arguments, choice)
    assert refused.exit_code == 3
    [(option, value)] = re.findall(r"\((--\w+) ([\w-]+)\)", refused.stderr)
    assert option == arguments[-1]
    assert run(*arguments, value).exit_code == 0


NAMES = ["my col", "it's", "a,b", 'q"q', "-x", "--target", "$HOME", "a=b", "`id`", "*", "", "NA", "é"]


@pytest.mark.parametrize("name", NAMES)
def test_the_option_that_leaves_a_column_out(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    quoted = name.replace('"', '""')
    (tmp_path / "empty.csv").write_text(f'x,"{quoted}",y\n' + "1,,0\n2,,1\n3,,0\n4,,1\n", encoding="utf-8")
    refused = run("fit", "empty.csv", "-t", "y")
    assert refused.exit_code == 3
    [option] = re.findall(r"\((--exclude .*)\)\.$", refused.stderr, flags=re.M)
    assert run("fit", "empty.csv", "-t", "y", *shlex.split(option)).exit_code == 0


@pytest.mark.parametrize("folder", ["new", "two words/inner", "it's", "-n", "$HOME"])
def test_the_command_that_makes_a_folder(tmp_path, monkeypatch, folder):
    monkeypatch.chdir(tmp_path)
    refused = run("explore", "-o", f"{folder}/page.html")
    assert refused.exit_code == 2
    [command] = re.findall(r"\((mkdir .*)\)\.$", refused.stderr, flags=re.M)
    subprocess.run(["sh", "-c", command], check=True, env={"PATH": os.environ["PATH"]})
    assert run("explore", "-o", f"{folder}/page.html").exit_code == 0


def test_what_to_install(tmp_path, monkeypatch):
    """An extra for a module that one needs, otherwise the module itself: the user's code imports it."""
    from verhulst.cli.outcome import _what_to_install

    for module, package in {
        "torch._C": "'verhulst[torch]'",
        "click": "'verhulst[cli]'",
        "lightning.x": "lightning",
    }.items():
        said = _what_to_install(ModuleNotFoundError(name=module))
        assert said.endswith(f"pip install {package}")
