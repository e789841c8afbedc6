# Made by `python -m tests.types.stubs`; edit that, not this.
from verhulst.figures.forest import draw_forest as draw_forest
from verhulst.figures.forest import prepare_forest as prepare_forest
from verhulst.figures.outcome import draw_probability_by_outcome as draw_probability_by_outcome
from verhulst.figures.outcome import prepare_probability_by_outcome as prepare_probability_by_outcome
from verhulst.figures.registry import FIGURES as FIGURES
from verhulst.figures.registry import plot as plot
from verhulst.figures.registry import prepare as prepare
from verhulst.figures.registry import save as save
from verhulst.figures.reliability import draw_reliability as draw_reliability
from verhulst.figures.reliability import prepare_reliability as prepare_reliability
from verhulst.figures.svg import to_svg as to_svg
from verhulst.figures.theme import THEMES as THEMES
from verhulst.figures.theme import css_variables as css_variables
