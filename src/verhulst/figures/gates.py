"""What the gates of a trained LSTM cell do, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from verhulst.figures.canvas import SMALL, caption, curve, dot, new_figure, note, panels, rule
from verhulst.figures.theme import Theme, theme_named
from verhulst.functions import sigmoid, tanh

# One hidden unit, trained as docs/explanation/guide/gates.md does to output the value that was last marked; rounded.
# Rows: input gate, forget gate, candidate, output gate; columns: value, mark, last output, bias.
CELL = np.array(
    [[-1.65, 7.59, -2.80, -4.63], [-0.92, -7.73, -2.64, 4.28], [4.07, 0.11, -1.19, -0.93], [0.06, 7.08, -6.03, 2.71]]
)
READ = (9.07, 2.92)


@dataclass(frozen=True, eq=False)
class Gates:
    """A sequence and what the cell makes of it; every array has one number a step.

    Attributes
    ----------
    value, mark : the inputs, -1 or 1, and 1 where the value is to be remembered
    input, forget, output : the gates, out of sigmoids
    state : the memory c
    probability : that the remembered value is 1
    wanted : the value that was last marked
    """

    value: np.ndarray
    mark: np.ndarray
    input: np.ndarray
    forget: np.ndarray
    output: np.ndarray
    state: np.ndarray
    probability: np.ndarray
    wanted: np.ndarray


def run(value: np.ndarray, mark: np.ndarray) -> Gates:
    """Run the cell over a sequence: c' = f c + i tanh(g), h = o tanh(c')."""
    c = h = 0.0
    rows = []
    for x, m in zip(value, mark, strict=True):
        before = CELL @ np.array([x, m, h, 1.0])
        opened, kept, _, shown = (float(gate) for gate in sigmoid(before))
        c = kept * c + opened * float(tanh(before[2]))
        h = shown * float(tanh(c))
        rows.append((opened, kept, shown, c, float(sigmoid(READ[0] * h + READ[1]))))
    last = np.maximum.accumulate(np.where(mark == 1, np.arange(len(mark)), 0))
    i, f, o, states, p = np.array(rows).T
    return Gates(value, mark, i, f, o, states, p, value[last])


def prepare_gates(steps: int = 20, seed: int = 7) -> Gates:
    """A sequence of values, some of them marked; the first always is."""
    rng = np.random.default_rng(seed)
    value = rng.choice([-1.0, 1.0], steps)
    mark = (rng.random(steps) < 0.2).astype(float)
    mark[0] = 1.0
    return run(value, mark)


def draw_gates(record: Gates, *, theme: str | Theme = "light") -> Figure:
    """Inputs, gates, and memory with the answer, over the steps."""
    tokens = theme_named(theme)
    figure = new_figure(7.6, 6.4, tokens)
    axes = panels(figure, 3, 1, tokens)
    steps = np.arange(1, len(record.value) + 1)
    marked = record.mark == 1
    for ax in axes:
        for step in steps[marked]:
            ax.axvspan(step - 0.5, step + 0.5, color=tokens.wash)
        ax.set(xlim=(0.4, len(steps) + 0.6))
    inputs, gates, memory = axes
    rule(inputs, tokens, y=0)
    inputs.vlines(steps, 0, record.value, color=tokens.muted, linewidth=1.2)
    dot(inputs, steps[~marked], record.value[~marked], tokens.fifth, tokens, 7)
    dot(inputs, steps[marked], record.value[marked], tokens.second, tokens, 9)
    inputs.set(ylim=(-1.6, 1.6), yticks=[-1, 1])
    caption(inputs, "Input: a value, shaded where it is marked", tokens)
    curve(gates, steps, record.input, tokens.second, marker=".")
    curve(gates, steps, record.forget, tokens.first, marker=".")
    last = float(steps[-1])
    note(gates, last, float(record.forget[-1]), "forget", tokens.first.color, shift=(8, 0), size=SMALL)
    note(gates, last, float(record.input[-1]), "input", tokens.second.color, shift=(8, 0), size=SMALL)
    gates.set(ylim=(-0.08, 1.08), yticks=[0, 0.5, 1])
    caption(gates, "Gates: input opens and forget closes at a mark", tokens)
    rule(memory, tokens, y=0)
    curve(memory, steps, record.state, tokens.third, marker=".")
    dot(memory, steps, record.wanted, tokens.fifth, tokens, 5)
    note(memory, last, float(record.state[-1]), "c", tokens.third.color, shift=(8, 0), size=SMALL)
    memory.set(yticks=[-2, -1, 0, 1])
    caption(memory, "The memory c keeps the sign of the last marked value (dots)", tokens, x="step")
    return figure
