"""What people and authenticators are called in the reader's language where nobody gave them a name."""

from collections.abc import Mapping
from typing import Protocol

from config.settings import Title
from config.vocabulary import RECOVERY_ADMINISTRATOR, Language, SubjectId, technical_account_of
from idp.events import Factor

RECOVERY = Title(cs="Nouzový správce", en="Recovery administrator")
TECHNICAL = Title(cs="{name} (technický účet)", en="{name} (technical account)")
UNNAMED: Mapping[Factor, Title] = {
    Factor.ONE_TIME_CODE: Title(cs="Telefon", en="Telephone"),
    Factor.KEY: Title(cs="Klíč", en="Key"),
}


class Somebody(Protocol):
    @property
    def subject(self) -> SubjectId: ...
    @property
    def name(self) -> str: ...


class Named(Protocol):
    @property
    def factor(self) -> Factor: ...
    @property
    def name(self) -> str: ...


def person_name(one: Somebody, language: Language) -> str:
    """As the directory has it; the recovery administrator, who is nobody there, is called what it is."""
    if technical_account_of(one.subject) is not None:
        return TECHNICAL.in_language(language).format(name=one.name)
    return RECOVERY.in_language(language) if one.subject == RECOVERY_ADMINISTRATOR else one.name


def authenticator_name(one: Named, language: Language) -> str:
    """As the person typed it."""
    return one.name or UNNAMED[one.factor].in_language(language)
