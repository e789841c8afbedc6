"""verhulst.torch: the bits of the core, derivatives that do not lie, every mode of torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import verhulst as vh
import verhulst.torch as vt
from verhulst.functions._registry import FUNCTIONS

NAMES = sorted(FUNCTIONS)
DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]
SMOOTH = [n for n in NAMES if not n.startswith(("relu", "hard_sigmoid"))]
# Those whose derivative is another of the functions, but for sign and argument.
NAMED = sorted(name for name, function in FUNCTIONS.items() if not function.arithmetic)
INF = float("inf")
RANGES = {(-INF, INF): (-30, 30), (0, 1): (0.01, 0.99), (0, INF): (0.05, 30), (-INF, 0): (-0.05, -30)}


def domain(name: str, dtype: torch.dtype = torch.float64, n: int = 101) -> Tensor:
    return torch.linspace(*RANGES[FUNCTIONS[name].domain], n, dtype=dtype)


def bits(t: Tensor) -> np.ndarray[Any, Any]:
    size = {2: torch.int16, 4: torch.int32, 8: torch.int64}[t.element_size()]
    return t.detach().contiguous().view(size).numpy()


def of_core(name: str, z: Tensor) -> Tensor:
    ufunc = getattr(vh.functions, name)
    if z.dtype != torch.bfloat16:
        return torch.from_numpy(np.atleast_1d(ufunc(z.numpy())))
    import ml_dtypes

    values = ufunc(z.view(torch.int16).numpy().view(ml_dtypes.bfloat16))
    return torch.from_numpy(values.view(np.int16)).view(torch.bfloat16)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_the_core(name: str, dtype: torch.dtype) -> None:
    z = domain(name, dtype)
    got = getattr(vt, name)(z)
    assert got.dtype == dtype
    np.testing.assert_array_equal(bits(got), bits(of_core(name, z)))


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "gelu"])
def test_strided_empty_and_scalar_tensors(name: str) -> None:
    function = getattr(vt, name)
    z = torch.linspace(-5, 5, 60, dtype=torch.float32).reshape(3, 4, 5)
    for view in (z.transpose(0, 2), z[:, ::2], z[..., 1], z.expand(2, 3, 4, 5), z.flip(0)):
        torch.testing.assert_close(function(view), function(view.contiguous()), rtol=0, atol=0)
    assert function(torch.empty(0, 3)).shape == (0, 3)
    assert function(torch.tensor(1.0)).shape == ()


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_gradient_is_the_derivative_to_the_last_bit(name: str, dtype: torch.dtype) -> None:
    z = domain(name, dtype).requires_grad_()
    (gradient,) = torch.autograd.grad(getattr(vt, name)(z).sum(), z)
    np.testing.assert_array_equal(gradient.numpy(), FUNCTIONS[name].derivative(vh, z.detach().numpy()))


@pytest.mark.parametrize("name", SMOOTH)
def test_gradcheck_twice(name: str) -> None:
    z = domain(name, n=7)
    z = (z * 0.1 if name in ("sigmoid", "tanh", "silu", "gelu", "softplus") else z.clamp(-4, 4)).requires_grad_()
    assert torch.autograd.gradcheck(getattr(vt, name), z, check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(getattr(vt, name), z)


def test_tails_keep_their_gradient() -> None:
    z = torch.tensor([20.0, -100.0], requires_grad=True)
    (gradient,) = torch.autograd.grad(vt.sigmoid(z).sum(), z)
    np.testing.assert_array_equal(gradient.numpy(), np.float32([2.0611537e-09, 3.78e-44]))
    (theirs,) = torch.autograd.grad(torch.sigmoid(z).sum(), z)
    assert theirs[0] == 0


@pytest.mark.parametrize("name", NAMES)
def test_functorch(name: str) -> None:
    function = getattr(vt, name)
    z = domain(name, n=5)
    expected = torch.func.grad(lambda t: function(t).sum())(z)
    torch.testing.assert_close(torch.vmap(function)(z[:, None])[:, 0], function(z), rtol=0, atol=0)
    torch.testing.assert_close(torch.vmap(torch.func.grad(function))(z), expected, rtol=0, atol=0)
    torch.testing.assert_close(torch.func.jvp(function, (z,), (torch.ones_like(z),))[1], expected, rtol=0, atol=0)
    second = torch.func.jacfwd(torch.func.grad(lambda t: function(t).sum()))(z).diagonal()
    torch.testing.assert_close(torch.vmap(torch.func.grad(torch.func.grad(function)))(z), second)


@pytest.mark.parametrize("name", ["sigmoid", "log_sigmoid", "gelu"])
def test_compiled_fullgraph_forward_and_backward(name: str) -> None:
    function = getattr(vt, name)
    compiled = torch.compile(lambda t: function(t) * 2, fullgraph=True, backend="aot_eager")
    z = domain(name, n=9).requires_grad_()
    w = z.detach().clone().requires_grad_()
    compiled(z).sum().backward()
    (function(w) * 2).sum().backward()
    assert z.grad is not None
    np.testing.assert_array_equal(z.grad.numpy(), w.grad.numpy())


def test_inductor() -> None:
    compiled = torch.compile(lambda t: vt.sigmoid(t).sum(), fullgraph=True)
    z = torch.tensor([20.0, 0.0], requires_grad=True)
    compiled(z).backward()
    np.testing.assert_array_equal(z.grad.numpy(), vh.sigmoid_derivative(np.float32([20, 0])))


@pytest.mark.parametrize(
    "transform",
    [
        lambda f, t: torch.func.jvp(f, (t,), (torch.ones_like(t),))[1],
        lambda f, t: torch.func.grad(lambda u: f(u).sum())(t),
        lambda f, t: torch.vmap(torch.func.grad(f))(t),
        lambda f, t: torch.func.jacfwd(f)(t),
    ],
    ids=["jvp", "grad", "vmap of grad", "jacfwd"],
)
def test_derivatives_inside_a_compiled_function_are_right_or_raise(transform: Any) -> None:
    z = torch.linspace(-3, 3, 5, dtype=torch.float64)
    torch._dynamo.reset()
    compiled = torch.compile(lambda t: transform(vt.sigmoid, t), fullgraph=True, backend="aot_eager")
    try:
        got = compiled(z)
    except torch._dynamo.exc.Unsupported:
        return
    torch.testing.assert_close(got, transform(vt.sigmoid, z))


@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_operator_passes_opcheck(name: str) -> None:
    z = torch.linspace(-3, 3, 5, dtype=torch.float64, requires_grad=True)
    torch.library.opcheck(getattr(torch.ops.verhulst, name).default, (z,))


def test_forward_mode_duals() -> None:
    from torch.autograd import forward_ad

    z = torch.linspace(-3, 3, 5, dtype=torch.float64)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(z, torch.ones_like(z))
        tangent = forward_ad.unpack_dual(vt.sigmoid(dual)).tangent
    np.testing.assert_array_equal(tangent.numpy(), vh.sigmoid_derivative(z.numpy()))


def test_autocast_keeps_the_type_of_the_argument() -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert vt.sigmoid(torch.zeros(3)).dtype == torch.float32
        assert vt.sigmoid(torch.zeros(3, dtype=torch.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_formulas_for_other_devices_agree(name: str, dtype: torch.dtype) -> None:
    from verhulst.torch._differentiable import by_formula

    z = domain(name, dtype, n=2001)
    eps = torch.finfo(dtype).eps
    expected = getattr(vt, name)(z)
    scale = expected.abs()
    if name in ("silu_derivative", "gelu_derivative"):
        scale = scale.clamp_min(0.25)  # near the root, absolute
    if name in ("softplus_inverse", "logit"):
        scale = scale.clamp_min(2e-2)  # near the root, by the rounding of log 2 and of 2p - 1
    tail = 800 if name.startswith("gelu") else 16  # erfc magnifies the rounding of its argument by z²
    error = (by_formula(name, z) - expected).abs() / scale.clamp_min(torch.finfo(dtype).tiny)
    assert float(error.max()) <= tail * eps


@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_elu_and_leaky_relu(alpha: float) -> None:
    z = torch.linspace(-40, 3, 9, dtype=torch.float64)
    np.testing.assert_allclose(vt.elu(z, alpha).numpy(), vh.functions.elu(z.numpy(), alpha), rtol=1e-15)
    np.testing.assert_array_equal(vt.leaky_relu(z, alpha).numpy(), vh.functions.leaky_relu(z.numpy(), alpha))
    w = z.clone().requires_grad_()
    vt.elu(w, alpha).sum().backward()
    np.testing.assert_allclose(w.grad.numpy(), vh.functions.elu_derivative(z.numpy(), alpha), rtol=1e-15)
    torch.testing.assert_close(vt.elu_derivative(z, alpha), w.grad)
    torch.testing.assert_close(vt.leaky_relu_derivative(z, alpha), torch.where(z > 0, 1.0, alpha).double())


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "gelu", "silu", "softmax", "log_softmax", "bce"])
def test_second_derivatives_by_any_two_modes(name: str) -> None:
    # torch switches forward mode off inside a jvp rule: forward over forward gave 0 for the rule's own derivative.
    y = torch.tensor([0.0, 1.0, 0.25], dtype=torch.float64)
    bce = vt.binary_cross_entropy_with_logits
    ours, theirs = {
        "softmax": (vt.softmax, lambda t: torch.softmax(t, -1)),
        "log_softmax": (vt.log_softmax, lambda t: torch.log_softmax(t, -1)),
        "bce": (lambda t: bce(t, y), lambda t: (torch.nn.functional.softplus(t) - t * y).mean()),
    }.get(name) or (getattr(vt, name), getattr(torch.nn.functional, name))
    z = torch.tensor([-1.5, 0.25, 2.0], dtype=torch.float64)
    forward, reverse = torch.func.jacfwd, torch.func.jacrev
    for outer in (forward, reverse):
        for inner in (forward, reverse):
            got = outer(inner(lambda t: ours(t).square().sum()))(z)
            expected = outer(inner(lambda t: theirs(t).square().sum()))(z)
            torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-12)
    third = forward(forward(forward(lambda t: ours(t).square().sum())))(z)
    expected = reverse(reverse(reverse(lambda t: theirs(t).square().sum())))(z)
    torch.testing.assert_close(third, expected, rtol=1e-9, atol=1e-12)


GIVEN = [1.0, 0.01, 257, -0.3, 0.999, 1e40, 1e-46, 3e-44, 2**24 + 1, 1e300, 0.0, float("inf"), float("nan")]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("name", ["leaky_relu", "elu"])
def test_functions_with_a_parameter_have_the_bits_of_numpys_face(name: str, dtype: torch.dtype) -> None:
    """Value and both derivatives, under every parameter, eager and compiled."""
    from verhulst.torch._kernels import as_array

    def same(got: Any, expected: Any) -> None:  # as float64, where NumPy knows nan
        np.testing.assert_array_equal(np.asarray(got, float), np.asarray(expected, float))

    ends = [0.0, -0.0, float("inf"), -float("inf"), float("nan"), -103.0, -745.0]
    random = -(2.0 ** np.random.default_rng(20261205).uniform(-150, 11, 400))
    t = torch.tensor([*ends, *random, *-random], dtype=torch.float64).to(dtype)
    slope_name = f"{name}_derivative"
    function, slope = getattr(vt, name), getattr(vt, slope_name)
    torch._dynamo.reset()
    compiled = torch.compile(lambda z: function(z, 257.0), fullgraph=True, backend="aot_eager")
    same(as_array(compiled(t)), as_array(function(t, 257)))
    for given in GIVEN:
        same(as_array(function(t, given)), getattr(vh, name)(as_array(t), given))
        same(as_array(slope(t, given)), getattr(vh, slope_name)(as_array(t), given))
        z = t.clone().requires_grad_()
        (first,) = torch.autograd.grad(function(z, given).sum(), z, create_graph=True)
        same(as_array(first), as_array(slope(t, given)))
        (second,) = torch.autograd.grad(first.sum(), z)
        if name == "elu":
            same(as_array(second), as_array(torch.where(t > 0, 0.0, slope(t, given))))
        else:
            same(as_array(second.isnan()), np.isnan(as_array(t)))
            assert not second.nan_to_num().any()


def test_parameters_that_are_tensors_or_nothing_of_the_kind() -> None:
    z = torch.tensor([-2.0, 3.0], dtype=torch.float64, requires_grad=True)
    for name in ("leaky_relu", "leaky_relu_derivative", "elu", "elu_derivative"):
        function = getattr(vt, name)
        learnt = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
        torch.testing.assert_close(function(z, learnt), function(z, 0.5))
        (gradient,) = torch.autograd.grad(function(z, learnt).sum(), learnt)
        torch.testing.assert_close(gradient, function(z, 1.0)[0])
        assert torch.equal(function(torch.tensor([1, 2])), function(torch.tensor([1.0, 2.0])))
        with pytest.raises(TypeError, match=f"{name} must be a number or a tensor, not str"):
            function(z, "0.5")
        if "derivative" not in name:
            assert torch.autograd.gradcheck(lambda t, f=function: f(t, 0.3), z, check_forward_ad=True)
        torch.testing.assert_close(torch.vmap(function)(z), function(z))
