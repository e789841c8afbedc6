"""The rules of the torch audit; each reads a trace and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from verhulst.audit import rules_by_hand, rules_of_gradients, rules_of_logits, rules_of_probabilities
from verhulst.audit.finding import Finding
from verhulst.audit.trace import Operation

RULES: tuple[Callable[[list[Operation]], Iterator[Finding]], ...] = (
    rules_of_logits.double_sigmoid,
    rules_of_logits.probabilities_as_logits,
    rules_of_logits.probabilities_of_classes_as_logits,
    rules_of_logits.double_softmax,
    rules_of_logits.softmax_over_the_wrong_dimension,
    rules_of_logits.rectified_logits,
    rules_of_probabilities.labels_outside,
    rules_of_probabilities.sigmoid_then_bce,
    rules_of_probabilities.log_of_probability,
    rules_of_probabilities.nll_of_probabilities,
    rules_of_probabilities.kl_of_probabilities,
    rules_by_hand.logarithm_of_exponentials,
    rules_by_hand.logit_of_sigmoid,
    rules_by_hand.written_by_hand,
    rules_of_gradients.hidden_sigmoid,
    rules_of_gradients.saturation,
    rules_of_probabilities.squared_error_of_sigmoid,
    rules_of_gradients.pos_weight,
    rules_of_gradients.class_weights,
)
