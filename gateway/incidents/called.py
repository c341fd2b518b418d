"""What municipalities and applications are called, beside the codes by which an incident has them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.vocabulary import ApplicationId, Language, MunicipalityCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What is not listed, as it was renamed or taken away since, is its code alone."""

    municipalities: Mapping[MunicipalityCode, str] = field(default_factory=dict)
    applications: Mapping[ApplicationId, Mapping[Language, str]] = field(default_factory=dict)

    def municipality(self, code: str) -> str:
        return _beside(self.municipalities.get(MunicipalityCode(code)), code)

    def application(self, name: str, language: Language) -> str:
        return _beside(self.applications.get(ApplicationId(name), {}).get(language), name)

    def value(self, field_name: str, value: str, language: Language) -> str:
        """Of a condition of a search."""
        if field_name in ("municipality", "own_municipality", "within"):
            return self.municipality(value)
        return self.application(value, language) if field_name == "application" else value


def _beside(name: str | None, code: str) -> str:
    return code if name in (None, code) else f"{name} ({code})"
