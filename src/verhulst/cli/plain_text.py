"""Text for terminals that cannot show every character: minus signs stay signs, infinity stays a word."""

from __future__ import annotations

import codecs
import io
import re

_PLAIN = {
    "−": "-", "–": "-", "—": "-", "─": "-", "∞": "inf", "×": "x", "·": "*", "σ": "sigma", "Φ": "Phi", "α": "alpha",
    "β": "beta", "γ": "gamma", "τ": "tau", "√": "sqrt", "π": "pi", "≤": "<=", "≥": ">=", "≈": "~", "…": "...", "•": "*",
    "→": "->", "’": "'", "‘": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " ", "±": "+/-", "²": "^2", "ˣ": "^x",
    "ᵀ": "^T", "⁄": "/", "½": "1/2",
}  # fmt: skip
_RAISED = dict(zip("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹ᶻ", "-+0123456789z", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊ᵢ", "0123456789+i", strict=True))
_RUNS = re.compile(f"[{''.join(_RAISED)}]+|.", re.DOTALL)


def plain(text: str) -> str:
    """Return text in ASCII; a character without a plain spelling is a question mark.

    Examples
    --------
    >>> plain("−1.5·10⁻¹²"), plain("−∞ ≤ σ(z)"), plain("Köln")
    ('-1.5*10^-12', '-inf <= sigma(z)', 'K?ln')
    """
    return _RUNS.sub(lambda found: _spelling(found[0]), text)


def _spelling(run: str) -> str:
    if run[0] in _RAISED:
        return "^" + "".join(_RAISED[letter] for letter in run)
    return run if run.isascii() else _PLAIN.get(run) or _LOWERED.get(run) or "?"


def _answer(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error("verhulst.plain", _answer)


def make_plain_where_needed(stream: object) -> None:
    """Let a stream write the plain spelling of what its encoding lacks."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="verhulst.plain")


def as_shown(text: str, stream: object) -> str:
    """Return text as a stream shows it: before it is laid out, because a plain spelling may be longer."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "verhulst.plain").decode(encoding)
