# Made by `python -m tests.types.stubs`; edit that, not this.
from verhulst.audit._torch_model import torch_model as torch_model
from verhulst.audit.finding import AuditReport as AuditReport
from verhulst.audit.finding import Finding as Finding
