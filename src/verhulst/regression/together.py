"""Fits that wait for statistics of rows: one alone, or several in turn.

A fit is a generator of questions, each of which is put to some rows and sent the answer. What a fit asks does not
depend on who answers, and an answer has the same bits alone and together with others: so has the fit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np

from verhulst.regression.newton import Look
from verhulst.regression.some_rows import SomeRows
from verhulst.regression.statistics import Statistics, StatisticsFunction

Found = TypeVar("Found")
_quiet = partial(np.errstate, over="ignore", invalid="ignore")  # seen in the result, where it matters


class Question(NamedTuple):
    """Statistics of some rows at a point."""

    rows: SomeRows
    look: Look


Asking = Generator[Question, Statistics, Found]


def asked_of(rows: SomeRows, searching: Generator[Look, Statistics, Found]) -> Asking[Found]:
    """Put what a search asks to these rows."""
    answer: Statistics | None = None
    while True:
        try:
            with _quiet():
                look = next(searching) if answer is None else searching.send(answer)
        except StopIteration as end:
            found: Found = end.value
            return found
        answer = yield Question(rows, look)


def alone(asking: Asking[Found], recorded: Callable[[StatisticsFunction], StatisticsFunction]) -> Found:
    """Return what a fit finds.

    Parameters
    ----------
    recorded : what is made of the functions that answer; see `Settings.recorded`
    """
    try:
        question = next(asking)
        while True:
            with _quiet():
                answer = question.look.by(recorded(question.rows.statistics))
            question = asking.send(answer)
    except StopIteration as end:
        found: Found = end.value
        return found


def together(askings: Sequence[Asking[Found]]) -> list[Found | ValueError]:
    """Return what several fits find, or the errors that they end with: each asks one question a round."""
    found: dict[int, Found | ValueError] = {}
    answers: dict[int, Statistics | None] = dict.fromkeys(range(len(askings)))
    while answers:
        questions: dict[int, Question] = {}
        for k, answer in answers.items():
            try:
                questions[k] = next(askings[k]) if answer is None else askings[k].send(answer)
            except StopIteration as end:
                found[k] = end.value
            except ValueError as error:
                found[k] = error
        with _quiet():
            answers = {k: question.look.by(question.rows.statistics) for k, question in questions.items()}
    return [found[k] for k in range(len(askings))]
