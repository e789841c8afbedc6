import numpy as np

def ufunc(name: str, doc: str) -> np.ufunc: ...
def register_bfloat16(dtype: np.dtype, /) -> None: ...
def cpu_level() -> str: ...
def cpu_levels() -> list[str]: ...
def set_num_threads(n: int) -> None: ...
def get_num_threads() -> int: ...
def logistic_statistics(
    X: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    offset: np.ndarray | None,
    centre: np.ndarray,
    inverse_scale: np.ndarray,
    intercept: bool,
    beta: np.ndarray,
    direction: np.ndarray | None,
    product: int,
    /,
) -> tuple[float, np.ndarray, np.ndarray | None, float, float, float]: ...
def jeffreys_gradient(
    X: np.ndarray,
    y: np.ndarray,
    weight: np.ndarray | None,
    offset: np.ndarray | None,
    centre: np.ndarray,
    inverse_scale: np.ndarray,
    intercept: bool,
    beta: np.ndarray,
    root: np.ndarray,
    two_tau: float,
    /,
) -> tuple[np.ndarray, np.ndarray]: ...
def row_ufunc(name: str, doc: str) -> np.ufunc: ...
def _software_fma(a: bytes, b: bytes, c: bytes, /) -> bytes: ...
def _exchange_control_word(new: int, /) -> int: ...
