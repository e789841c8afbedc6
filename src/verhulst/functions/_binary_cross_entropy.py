"""The ufuncs behind `verhulst.losses`; made here so that they get their bfloat16 loops with all others."""

from verhulst import _core
from verhulst.functions._parameter import with_second_argument

value = _core.ufunc("_binary_cross_entropy", "softplus(z) - y z")
gradient = _core.ufunc("_binary_cross_entropy_gradient", "s(z) - y")
hessian = _core.ufunc("_binary_cross_entropy_hessian", "s(z) s(-z), nan where y is no label")
value_gradient_hessian = _core.ufunc("_binary_cross_entropy_all", "value, gradient and Hessian in one read")
value_gradient = _core.ufunc("_binary_cross_entropy_value_gradient", "value and gradient in one read")

value_of = with_second_argument(value, "y")
gradient_of = with_second_argument(gradient, "y")
hessian_of = with_second_argument(hessian, "y")
all_of = with_second_argument(value_gradient_hessian, "y")
