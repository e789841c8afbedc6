"""The functions of one argument on tensors."""

from __future__ import annotations

from verhulst.torch._differentiable import differentiable

sigmoid = differentiable("sigmoid")
sigmoid_derivative = differentiable("sigmoid_derivative")
sigmoid_second_derivative = differentiable("sigmoid_second_derivative")
logit = differentiable("logit")
logit_derivative = differentiable("logit_derivative")
log_sigmoid = differentiable("log_sigmoid")
log_one_minus_sigmoid = differentiable("log_one_minus_sigmoid")
softplus = differentiable("softplus")
softplus_inverse = differentiable("softplus_inverse")
softplus_inverse_derivative = differentiable("softplus_inverse_derivative")
log1m_exp = differentiable("log1m_exp")
log1m_exp_derivative = differentiable("log1m_exp_derivative")
tanh = differentiable("tanh")
tanh_derivative = differentiable("tanh_derivative")
relu = differentiable("relu")
relu_derivative = differentiable("relu_derivative")
hard_sigmoid = differentiable("hard_sigmoid")
hard_sigmoid_derivative = differentiable("hard_sigmoid_derivative")
silu = differentiable("silu")
silu_derivative = differentiable("silu_derivative")
gelu = differentiable("gelu")
gelu_derivative = differentiable("gelu_derivative")
