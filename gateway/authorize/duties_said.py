"""Which duties meet in a person and what lifts it, in words for whoever asks about them. Pure."""

from config.district import District
from config.vocabulary import Language
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
LIFTED: Text = {
    CS: "Na pravidla dojde, až jedna z nich skončí: roli odebírá starosta nebo tajemník té obce, "
    "zastupování ukončí ten, kdo je dal.",
    EN: "The policies are asked once one of them ends: the mayor or the chief clerk of that municipality takes a "
    "role away, whoever gave a delegation ends it.",
}


def meeting_said(one: Meeting, district: District) -> tuple[Text, Text]:
    """Which they are, with where each is held; and what lifts it."""
    return {language: _meets(one, district, language) for language in Language}, LIFTED


def _meets(one: Meeting, district: District, language: Language) -> str:
    first, second = (
        f"{role.title_in(language)} ({district.name(where)})"
        for role, where in zip(one.roles, one.municipalities, strict=True)
    )
    account = BY_ANOTHER[language].format(account=one.account) if one.account else ""
    return MEETS[language].format(first=first, second=second, account=account)
