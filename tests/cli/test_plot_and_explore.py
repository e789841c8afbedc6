"""`verhulst plot` and `verhulst explore`: files with pictures."""

from __future__ import annotations

import json
import pathlib

import pytest
from click.testing import CliRunner, Result

from verhulst.cli.group import verhulst
from verhulst.explorer import page
from verhulst.figures import FIGURES

ASKED_FOR = {
    "visual-reference", "sigmoid-vs-tanh", "activations", "anatomy", "log-odds", "precision", "cross-entropy",
    "softmax-two-classes", "ties", "growth", "zig-zag", "vanishing", "separation", "bernoulli-likelihood",
    "scores-to-chances", "thresholds", "descent", "gates",
}  # fmt: skip


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verhulst, arguments, prog_name="verhulst")


def test_lists_every_figure() -> None:
    assert set(FIGURES) == ASKED_FOR
    text = run("plot", "--list").stdout
    assert all(name in text for name in ASKED_FOR)
    assert {item["name"] for item in json.loads(run("plot", "--list", "--json").stdout)["figures"]} == ASKED_FOR


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_writes_a_figure_and_names_it(tmp_path: pathlib.Path, suffix: str) -> None:
    target = tmp_path / f"growth.{suffix}"
    result = run("plot", "growth", "-o", str(target), "--theme", "dark")
    assert (result.exit_code, result.stdout) == (0, f"{target}\n")
    assert target.stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["growht", "-o", "a.png"], "Did you mean 'growth'?"),
        (["growth"], "use -o FILE"),
        ([], "Name one figure"),
        (["growth", "--all", "-o", "a"], "Name one figure"),
        (["growth", "-o", "a.gif"], "must end in .png, .svg or .pdf"),
        (["growth", "-o", "no-such-folder/a.png"], "the folder 'no-such-folder' does not exist"),
        (["growth", "-o", "a.png", "--theme", "sepia"], "'sepia' is not one of"),
    ],
)
def test_plot_refuses_with_a_sentence(arguments: list[str], message: str) -> None:
    result = run("plot", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_explore_writes_the_page(tmp_path: pathlib.Path) -> None:
    target = tmp_path / "lesson.html"
    assert run("explore", "-o", str(target)).stdout == f"{target}\n"
    assert target.read_text(encoding="utf-8") == page()
    assert run("explore", "-o", "-").stdout == page()


def test_explore_refuses_with_a_sentence(tmp_path: pathlib.Path) -> None:
    result = run("explore", "-o", str(tmp_path / "no" / "a.html"))
    assert result.exit_code == 2
    assert "does not exist" in result.stderr
    assert run("explore", "-o", "-", "--open").exit_code == 2
