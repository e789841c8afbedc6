"""How many threads the compiled core may use."""

from verhulst import _core
from verhulst.functions._registry import public


@public()
def set_num_threads(n: int) -> None:
    """Set the number of threads that functions and fits may use.

    Parameters
    ----------
    n : int
        From 1 to 1024, the caller's thread included. The default is 1, or what the environment variable
        ``VERHULST_NUM_THREADS`` said when verhulst was imported.

    Raises
    ------
    ValueError, TypeError
        Where n is not such a number.

    Notes
    -----
    Results do not depend on it, to the last bit. Small arrays (under about 65,000 elements) are not worth a second
    thread and do not get one. A process forked after the threads were started makes its own.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.set_num_threads(2)
    >>> vh.get_num_threads()
    2
    >>> vh.set_num_threads(1)
    """
    _core.set_num_threads(n)


@public()
def get_num_threads() -> int:
    """Return the number of threads that functions and fits may use.

    Returns
    -------
    int
        1, unless `set_num_threads` or the environment said otherwise.

    Examples
    --------
    >>> import verhulst as vh
    >>> vh.get_num_threads()
    1
    """
    return int(_core.get_num_threads())
