"""Fits that wait for statistics of rows: one alone, or several in turn.

A fit is a generator of questions, each of which is put to some rows and sent the answer. What a fit asks does not
depend on who answers, and an answer has the same bits alone and together with others: so has the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from verhulst.regression.newton import Found, Look, answered
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.statistics import Statistics, StatisticsFunction

_quiet = partial(np.errstate, over="ignore", invalid="ignore")  # seen in the result, where it matters


class Question(NamedTuple):
    """A search, and the rows of which it asks for statistics. Its answer is what the search finds."""

    rows: SomeRows
    searching: Generator[Look, Statistics, Any]


Asking = Generator[Question, Any, Found]


def alone(asking: Asking[Found], recorded: Callable[[StatisticsFunction], StatisticsFunction]) -> Found:
    """Return what a fit finds.

    Parameters
    ----------
    recorded : what is made of the functions that answer; see `Settings.recorded`
    """
    try:
        question = next(asking)
        while True:
            question = asking.send(answered(question.searching, recorded(question.rows.statistics)))
    except StopIteration as end:
        found: Found = end.value
        return found


def _one_by_one(asking: Asking[Found]) -> Generator[tuple[SomeRows, Look], Statistics, Found]:
    """The same fit, look by look."""
    try:
        question = next(asking)
        while True:
            question = asking.send((yield from _asked_of(*question)))
    except StopIteration as end:
        found: Found = end.value
        return found


def _asked_of(
    rows: SomeRows, searching: Generator[Look, Statistics, Any]
) -> Generator[tuple[SomeRows, Look], Statistics, Any]:
    answer: Statistics | None = None
    while True:
        try:
            with _quiet():
                look = next(searching) if answer is None else searching.send(answer)
        except StopIteration as end:
            return end.value
        answer = yield rows, look


def together(askings: Sequence[Asking[Found]]) -> list[Found | ValueError]:
    """Return what several fits find, or the errors that they end with: each asks one question a round."""
    found: dict[int, Found | ValueError] = {}
    looking = [_one_by_one(asking) for asking in askings]
    answers: dict[int, Statistics | None] = dict.fromkeys(range(len(askings)))
    while answers:
        questions: dict[int, tuple[SomeRows, Look]] = {}
        for k, answer in answers.items():
            try:
                questions[k] = next(looking[k]) if answer is None else looking[k].send(answer)
            except StopIteration as end:
                found[k] = end.value
            except ValueError as error:
                found[k] = error
        with _quiet():
            answers = {k: look.by(rows.statistics) for k, (rows, look) in questions.items()}
    return [found[k] for k in range(len(askings))]
