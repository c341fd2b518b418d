"""Names for people of what the log knows by code."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.settings import Title
from config.vocabulary import ApplicationId, Language, MunicipalityCode
from gateway.audit.reasons import REASONS, Reasons
from gateway.web.officer.details import action_title
from idp.oidc.client import GATEWAY

ITSELF = {str(GATEWAY): "Brána"}  # for what is not an application, but signs people in for all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names for people of what the log knows by code. What is not listed is shown as it is."""

    municipalities: Mapping[MunicipalityCode, str]
    applications: Mapping[ApplicationId, Title]
    reasons: Reasons = REASONS

    def of(self, field: str, value: str, language: Language) -> str:
        """The name of a field's value."""
        if field in ("municipality", "own_municipality"):
            return self.municipality(MunicipalityCode(value))
        if field == "application":
            title = self.applications.get(ApplicationId(value))
            return title.in_language(language) if title else ITSELF.get(value, value)
        return action_title(value, language) if field == "action" else value

    def municipality(self, code: MunicipalityCode) -> str:
        return self.municipalities.get(code, code)
