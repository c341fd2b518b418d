"""Which duties meet in a person and what lifts it, in words for whoever asks about them. Pure."""

from config.district import District
from config.vocabulary import Language, MunicipalityCode
from gateway.asks.separation import Meeting
from policies.model import Text

CS, EN = Language.CZECH, Language.ENGLISH
MEETS: Text = {
    CS: "U jedné osoby se nesmějí sejít tyto role: {first} a {second}.{account}",
    EN: "These roles may not meet in one person: {first} and {second}.{account}",
}
BY_ANOTHER: Text = {
    CS: " Jednu z nich drží jiný účet téže osoby, {account}.",
    EN: " One of them is held by another account of the same person, {account}.",
}
OF_ANOTHER: Text = {
    CS: "role, kterou má tatáž osoba na jiném účtu",
    EN: "a role that the same person holds by another account",
}
ELSEWHERE: Text = {CS: "role v jiné obci", EN: "a role in another municipality"}
ITSELF: Text = {CS: "", EN: ""}
LIFTED: Text = {
    CS: "Na pravidla dojde, až jedna z nich skončí: roli odebírá starosta nebo tajemník té obce, "
    "zastupování ukončí ten, kdo je dal.",
    EN: "The policies are asked once one of them ends: the mayor or the chief clerk of that municipality takes a "
    "role away, whoever gave a delegation ends it.",
}


def meeting_said(one: Meeting, district: District, reader: MunicipalityCode | None) -> tuple[Text, Text]:
    """Which they are, with where each is held; and what lifts it. `reader`: of which municipality whoever reads it is,
    who learns of no other's roles and of no other account; None: an operator.
    """
    return {language: _meets(one, district, reader, language) for language in Language}, LIFTED


def _meets(one: Meeting, district: District, reader: MunicipalityCode | None, language: Language) -> str:
    first, second = (
        _role(one, number, reader)[language]
        or f"{one.roles[number].title_in(language)} ({district.name(one.municipalities[number])})"
        for number in (0, 1)
    )
    told = one.account if reader is None else ""
    account = BY_ANOTHER[language].format(account=told) if told else ""
    return MEETS[language].format(first=first, second=second, account=account)


def _role(one: Meeting, number: int, reader: MunicipalityCode | None) -> Text:
    """What is told in its place; empty where it is told itself."""
    if reader is not None and one.by_another(number):
        return OF_ANOTHER
    return ITSELF if reader in (None, one.municipalities[number]) else ELSEWHERE
