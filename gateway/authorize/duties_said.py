"""Which duties meet in a person and what lifts it, in words for whoever asks about them. Pure."""

from dataclasses import replace

from config.district import District
from config.vocabulary import Language, MunicipalityCode
from gateway.asks.ask import Ask
from gateway.asks.separation import Meeting
from gateway.authorize.verdict import Refused
from policies.model import Text
from policies.moments_said import at_said

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

LENT: Text = {
    CS: "Role {role} ({municipality}) je propůjčená zastupováním do {until}, dává je {by}. "
    "Ukončit je může i ten, kdo zastupuje, na portálu.",
    EN: "The role {role} ({municipality}) is lent by a delegation until {until}, given by {by}. "
    "Whoever stands in can end it too, at the portal.",
}
LENT_TO_YOU: Text = {
    CS: "Roli {role} ({municipality}) máte jen propůjčenou zastupováním, do {until}; dává je {by}. "
    "Ukončit je můžete i vy na portálu, pak se otevře, co otevírají vaše vlastní role.",
    EN: "The role {role} ({municipality}) is only lent to you by a delegation, until {until}, given by {by}. "
    "You can end it too, at the portal; then what your own roles open is open again.",
}


def meeting_said(
    one: Meeting, district: District, reader: MunicipalityCode | None, lending: Ask | None = None
) -> tuple[Text, ...]:
    """Which they are, with where each is held; by which delegation one is lent; and what lifts it. `reader`: of which
    municipality whoever reads it is, who learns of no other's roles and of no other account; None: an operator.
    """
    meets = {language: _meets(one, district, reader, language) for language in Language}
    if lending is None or reader not in (None, lending.municipality):
        return meets, LIFTED
    return meets, lent_said(LENT, lending, district), LIFTED


def with_lending(refused: Refused, lending: Ask | None, district: District) -> Refused:
    """A refusal because duties meet, that also says by which delegation of somebody one of the roles is held."""
    if lending is None:
        return refused
    said = lent_said(LENT_TO_YOU, lending, district)
    return replace(refused, advice={each: f"{said[each]} {refused.advice[each]}" for each in Language})


def lent_said(words: Text, one: Ask, district: District) -> Text:
    assert one.role is not None  # of every delegation
    return {
        language: words[language].format(
            role=one.role.title_in(language),
            municipality=district.name(one.municipality),
            until=at_said(one.until, language),
            by=one.asker.name,
        )
        for language in Language
    }


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
