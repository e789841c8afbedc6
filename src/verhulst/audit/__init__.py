"""Audits of torch models for misused sigmoids and softmaxes."""

from verhulst._lazy import lazy_names
from verhulst.audit.finding import AuditReport, Finding

__getattr__, _lazy = lazy_names(__name__, {"torch_model": "verhulst.audit._torch_model"})

__all__ = ["AuditReport", "Finding"]
