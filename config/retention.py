"""How long the law wants records kept."""

from collections.abc import Iterator

from config.doubt import Finding
from config.settings import Settings

LEAST_MONTHS = 18  # decree 409/2025 §22


def retention_findings(settings: Settings) -> Iterator[Finding]:
    audit = settings.audit
    if audit.regime == "higher" and audit.kept_months < LEAST_MONTHS:
        yield (
            "audit.kept_months",
            f"{audit.kept_months} months are less than the {LEAST_MONTHS} of the regime of higher duties",
            f'write at least {LEAST_MONTHS}, or audit.regime = "lower" if your office is in that regime',
        )
