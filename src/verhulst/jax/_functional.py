"""The functions of one argument on JAX arrays."""

from __future__ import annotations

from verhulst.jax._differentiable import differentiable

sigmoid = differentiable("sigmoid", "Logistic sigmoid, 1/(1 + e^-z).")
sigmoid_derivative = differentiable("sigmoid_derivative", "First derivative of the sigmoid, s(z) s(-z).")
sigmoid_second_derivative = differentiable(
    "sigmoid_second_derivative", "Second derivative of the sigmoid, s'(z) (1 - 2 s(z))."
)
logit = differentiable("logit", "Log-odds, log(p/(1 - p)).")
logit_derivative = differentiable("logit_derivative", "Derivative of the logit, 1/(p (1 - p)).")
log_sigmoid = differentiable("log_sigmoid", "Logarithm of the sigmoid, -log(1 + e^-z).")
log_one_minus_sigmoid = differentiable("log_one_minus_sigmoid", "Logarithm of one minus the sigmoid, -log(1 + e^z).")
softplus = differentiable("softplus", "Softplus, log(1 + e^z), without a threshold.")
softplus_inverse = differentiable("softplus_inverse", "Inverse of softplus, log(e^y - 1).")
softplus_inverse_derivative = differentiable(
    "softplus_inverse_derivative", "Derivative of the inverse of softplus, 1/(1 - e^-y)."
)
log1m_exp = differentiable("log1m_exp", "log(1 - e^x) for x < 0.")
log1m_exp_derivative = differentiable("log1m_exp_derivative", "Derivative of log(1 - e^x), -e^x/(1 - e^x).")
tanh = differentiable("tanh", "Hyperbolic tangent.")
tanh_derivative = differentiable("tanh_derivative", "Derivative of tanh, 1/cosh(z)^2.")
relu = differentiable("relu", "ReLU, max(z, 0).")
relu_derivative = differentiable("relu_derivative", "Derivative of ReLU; 0 at 0.")
hard_sigmoid = differentiable("hard_sigmoid", "Hard sigmoid, relu6(z + 3)/6.")
hard_sigmoid_derivative = differentiable(
    "hard_sigmoid_derivative", "Derivative of the hard sigmoid, 1/6 inside (-3, 3)."
)
silu = differentiable("silu", "SiLU (swish), z s(z).")
silu_derivative = differentiable("silu_derivative", "Derivative of SiLU, s(z) + z s'(z).")
gelu = differentiable("gelu", "GELU in the erf form, z P(z), P the normal cdf.")
gelu_derivative = differentiable("gelu_derivative", "Derivative of GELU, P(z) + z p(z), P the normal cdf.")
