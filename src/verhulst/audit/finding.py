"""The findings of an audit, and the report with them."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
_ORDER: dict[str, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Finding:
    """One finding of an audit.

    Attributes
    ----------
    id : str
        The stable name of the rule, such as "double-sigmoid".
    severity : {"error", "warning", "note"}
        Results are wrong; digits or gradients are lost; worth knowing.
    where : str
        The module, operation or column.
    why : str
        What was found, with numbers.
    fix : str
        What to do about it.
    """

    id: str
    severity: Severity
    where: str
    why: str
    fix: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.id} at {self.where}\n  {self.why}\n  Fix: {self.fix}"


@dataclass(frozen=True)
class AuditReport:
    """The findings of one audit, the most severe first.

    Attributes
    ----------
    subject : str
        The audited object.
    findings : tuple of Finding
    """

    subject: str
    findings: tuple[Finding, ...]

    @staticmethod
    def of(subject: str, findings: list[Finding]) -> AuditReport:
        """Return a report of findings sorted by severity, without duplicates."""
        return AuditReport(subject, tuple(sorted(dict.fromkeys(findings), key=lambda f: _ORDER[f.severity])))

    @property
    def ids(self) -> tuple[str, ...]:
        """The rules with findings, the most severe first."""
        return tuple(dict.fromkeys(f.id for f in self.findings))

    @property
    def has_errors(self) -> bool:
        return any(f.severity == "error" for f in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data: {"subject": ..., "findings": [{"id": ...}, ...]}."""
        return asdict(self)

    def __repr__(self) -> str:
        if not self.findings:
            return f"{self.subject}: nothing found"
        return "\n".join([f"{self.subject}: {len(self.findings)} finding(s)", *map(str, self.findings)])

    def _repr_html_(self) -> str:
        cells = "".join(
            "<tr>" + "".join(f"<td>{html.escape(v)}</td>" for v in (f.severity, f.id, f.where, f.why, f.fix)) + "</tr>"
            for f in self.findings
        )
        head = "<tr><th>severity</th><th>finding</th><th>where</th><th>why</th><th>fix</th></tr>"
        return f"<table><caption>{html.escape(self.subject)}</caption>{head}{cells}</table>"
