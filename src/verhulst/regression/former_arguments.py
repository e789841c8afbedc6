"""Arguments that scikit-learn has or had and verhulst has not: what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verhulst.data.errors import did_you_mean

_PENALTIES = {
    None: "leave it out: C=inf, the default, is no penalty",
    "none": "leave it out: C=inf, the default, is no penalty",
    "l2": "write C=1.0, or another finite C, for the L2 penalty ½‖b‖²/C",
    "firth": "write firth=True",
    "l1": "the L1 penalty is not there yet",
    "elasticnet": "the L1 penalty is not there yet",
}
_OTHERS = {
    "solver": "Newton's method finds the maximum to a millionth of a standard error whatever the data",
    "dual": "more columns than rows need no other form here",
    "random_state": "nothing here is random",
    "intercept_scaling": "the intercept is never penalised",
    "multi_class": "three classes or more are fitted as one multinomial model",
}


def refuse_others(given: Mapping[str, Any], function: str, known: tuple[str, ...]) -> None:
    """Raise a TypeError if there are other arguments, which says what to write instead.

    Parameters
    ----------
    given : mapping
        Arguments that the function does not have.
    function : str
        Its name.
    known : tuple of str
        The names of those that it has, for suggestions.
    """
    for name, value in given.items():
        if name == "penalty":
            instead = _PENALTIES.get(value if isinstance(value, str) else None, _PENALTIES[None])
            raise TypeError(f"{function} has no argument 'penalty': {instead}")
        if name in _OTHERS:
            raise TypeError(f"{function} has no argument {name!r}, and needs none: {_OTHERS[name]}")
        raise TypeError(f"{function} has no argument {name!r}.{did_you_mean(name, known)}".removesuffix("."))
