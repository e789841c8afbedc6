"""Records of how `calibrate` chose a map."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """One map in the choice: `gain` is how much lower its cross-validated log-loss is than that of the raw scores.

    `standard_error` is that of the gain. If the map could not be fitted, `problem` says why and the numbers are nan.
    """

    name: str
    log_loss: float
    gain: float
    standard_error: float
    problem: str | None = None


@dataclass(frozen=True)
class Choice:
    """How `calibrate` chose: the candidates, best first, and the name of the chosen one.

    `p_value` is that of the unchanged scores in the likelihood ratio test against a parametric map that contains them.
    """

    chosen: str
    candidates: tuple[Candidate, ...]
    folds: int
    p_value: float

    def __repr__(self) -> str:
        lines = [
            f"chosen by log-loss in {self.folds} folds: {self.chosen} (scores as they are: p = {self.p_value:.2g})"
        ]
        for c in self.candidates:
            numbers = f"{c.log_loss:.6f}  gain {c.gain:+.6f} ± {c.standard_error:.6f}"
            lines.append(f"  {c.name:<13}{c.problem or numbers}")
        return "\n".join(lines)
