# Made by `python -m tests.types.stubs`; edit that, not this.
from collections.abc import Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypedDict, TypeVar, Unpack, overload, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

from verhulst.functions._axes import Axis

_F = TypeVar("_F", bound=np.floating)
_Container = TypeVar("_Container", bound=_OwnRules)
_Out = TypeVar("_Out", bound=np.ndarray[Any, Any])
_Integers: TypeAlias = NDArray[np.integer | np.bool]

@type_check_only
class _OwnRules(Protocol):  # Series and the like, which answer a ufunc by one of themselves
    def __array_ufunc__(self, ufunc: Any, method: Any, /, *inputs: Any, **options: Any) -> Any: ...

@type_check_only
class _Options(TypedDict, total=False):
    where: ArrayLike
    casting: str
    order: str
    subok: bool

@type_check_only
class _Function(np.ufunc):  # type: ignore[misc]  # final in NumPy's stub
    @overload
    def __call__(self, z: _F, /, out: None = None, **options: Unpack[_Options]) -> _F: ...
    @overload
    def __call__(self, z: bool, /, out: None = None, **options: Unpack[_Options]) -> np.float16: ...
    @overload
    def __call__(self, z: float, /, out: None = None, **options: Unpack[_Options]) -> np.float64: ...
    @overload
    def __call__(self, z: NDArray[_F], /, out: None = None, **options: Unpack[_Options]) -> NDArray[_F]: ...
    @overload
    def __call__(self, z: _Integers | Sequence[Any], /, out: None = None, **options: Unpack[_Options]) -> NDArray[np.floating]: ...
    @overload
    def __call__(self, z: _Container, /, out: None = None, **options: Unpack[_Options]) -> _Container: ...
    @overload
    def __call__(self, z: Any, /, out: _Out | tuple[_Out], **options: Unpack[_Options]) -> _Out: ...
    @overload
    def __call__(self, z: Any, /, out: Any = None, *, dtype: Any = None, signature: Any = None, **options: Unpack[_Options]) -> Any: ...

sigmoid: _Function
sigmoid_derivative: _Function
sigmoid_second_derivative: _Function
log_sigmoid: _Function
log_one_minus_sigmoid: _Function
logit: _Function
logit_derivative: _Function
hard_sigmoid: _Function
hard_sigmoid_derivative: _Function
tanh: _Function
tanh_derivative: _Function
relu: _Function
relu_derivative: _Function
silu: _Function
silu_derivative: _Function
gelu: _Function
gelu_derivative: _Function
softplus: _Function
softplus_inverse: _Function
softplus_inverse_derivative: _Function
log1m_exp: _Function
log1m_exp_derivative: _Function
@overload
def leaky_relu(z: _F, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> _F: ...
@overload
def leaky_relu(z: bool, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> np.float16: ...
@overload
def leaky_relu(z: float, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> np.float64: ...
@overload
def leaky_relu(z: NDArray[_F], slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> NDArray[_F]: ...
@overload
def leaky_relu(z: _Integers | Sequence[Any], slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> NDArray[np.floating]: ...
@overload
def leaky_relu(z: _Container, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> _Container: ...
@overload
def leaky_relu(z: Any, slope: ArrayLike = 0.01, *, out: _Out | tuple[_Out], where: ArrayLike = True) -> _Out: ...
@overload
def leaky_relu(z: Any, slope: ArrayLike = 0.01, *, out: Any = None, where: ArrayLike = True) -> Any: ...
@overload
def leaky_relu_derivative(z: _F, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> _F: ...
@overload
def leaky_relu_derivative(z: bool, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> np.float16: ...
@overload
def leaky_relu_derivative(z: float, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> np.float64: ...
@overload
def leaky_relu_derivative(z: NDArray[_F], slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> NDArray[_F]: ...
@overload
def leaky_relu_derivative(z: _Integers | Sequence[Any], slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> NDArray[np.floating]: ...
@overload
def leaky_relu_derivative(z: _Container, slope: ArrayLike = 0.01, *, out: None = None, where: ArrayLike = True) -> _Container: ...
@overload
def leaky_relu_derivative(z: Any, slope: ArrayLike = 0.01, *, out: _Out | tuple[_Out], where: ArrayLike = True) -> _Out: ...
@overload
def leaky_relu_derivative(z: Any, slope: ArrayLike = 0.01, *, out: Any = None, where: ArrayLike = True) -> Any: ...
@overload
def elu(z: _F, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> _F: ...
@overload
def elu(z: bool, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> np.float16: ...
@overload
def elu(z: float, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> np.float64: ...
@overload
def elu(z: NDArray[_F], alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> NDArray[_F]: ...
@overload
def elu(z: _Integers | Sequence[Any], alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> NDArray[np.floating]: ...
@overload
def elu(z: _Container, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> _Container: ...
@overload
def elu(z: Any, alpha: ArrayLike = 1.0, *, out: _Out | tuple[_Out], where: ArrayLike = True) -> _Out: ...
@overload
def elu(z: Any, alpha: ArrayLike = 1.0, *, out: Any = None, where: ArrayLike = True) -> Any: ...
@overload
def elu_derivative(z: _F, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> _F: ...
@overload
def elu_derivative(z: bool, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> np.float16: ...
@overload
def elu_derivative(z: float, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> np.float64: ...
@overload
def elu_derivative(z: NDArray[_F], alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> NDArray[_F]: ...
@overload
def elu_derivative(z: _Integers | Sequence[Any], alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> NDArray[np.floating]: ...
@overload
def elu_derivative(z: _Container, alpha: ArrayLike = 1.0, *, out: None = None, where: ArrayLike = True) -> _Container: ...
@overload
def elu_derivative(z: Any, alpha: ArrayLike = 1.0, *, out: _Out | tuple[_Out], where: ArrayLike = True) -> _Out: ...
@overload
def elu_derivative(z: Any, alpha: ArrayLike = 1.0, *, out: Any = None, where: ArrayLike = True) -> Any: ...
@overload
def softmax(z: NDArray[_F], axis: Axis = -1, *, out: None = None) -> NDArray[_F]: ...
@overload
def softmax(z: ArrayLike, axis: Axis = -1, *, out: None = None) -> NDArray[np.floating]: ...
@overload
def softmax(z: ArrayLike, axis: Axis = -1, *, out: _Out) -> _Out: ...
@overload
def log_softmax(z: NDArray[_F], axis: Axis = -1, *, out: None = None) -> NDArray[_F]: ...
@overload
def log_softmax(z: ArrayLike, axis: Axis = -1, *, out: None = None) -> NDArray[np.floating]: ...
@overload
def log_softmax(z: ArrayLike, axis: Axis = -1, *, out: _Out) -> _Out: ...
@overload
def logsumexp(z: NDArray[_F], axis: None, *, keepdims: Literal[False] = False, out: None = None) -> _F: ...
@overload
def logsumexp(z: NDArray[_F], axis: Axis = -1, *, keepdims: Literal[True], out: None = None) -> NDArray[_F]: ...
@overload
def logsumexp(z: ArrayLike, axis: Axis = -1, *, keepdims: bool = False, out: _Out) -> _Out: ...
@overload
def logsumexp(z: ArrayLike, axis: Axis = -1, *, keepdims: bool = False, out: None = None) -> Any: ...
def set_num_threads(n: int) -> None: ...
def get_num_threads() -> int: ...

__all__ = [
    "elu",
    "elu_derivative",
    "gelu",
    "gelu_derivative",
    "get_num_threads",
    "hard_sigmoid",
    "hard_sigmoid_derivative",
    "leaky_relu",
    "leaky_relu_derivative",
    "log1m_exp",
    "log1m_exp_derivative",
    "log_one_minus_sigmoid",
    "log_sigmoid",
    "log_softmax",
    "logit",
    "logit_derivative",
    "logsumexp",
    "relu",
    "relu_derivative",
    "set_num_threads",
    "sigmoid",
    "sigmoid_derivative",
    "sigmoid_second_derivative",
    "silu",
    "silu_derivative",
    "softmax",
    "softplus",
    "softplus_inverse",
    "softplus_inverse_derivative",
    "tanh",
    "tanh_derivative",
]
