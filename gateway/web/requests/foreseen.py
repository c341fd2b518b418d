"""What somebody reads who asks for what would open nothing: what refuses it all the same, and what to do."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from urllib.parse import urlencode

from config.vocabulary import Action, Language, Role
from gateway.asks.ask import Kind
from gateway.asks.refused import AskRefused, Spoken, Why
from gateway.authorize.contact import with_contact
from gateway.web.officer.details import ACTIONS
from gateway.web.refusal import ShownRefusal, Text, both
from gateway.web.requests.not_done import REFUSALS

BY_ORDER = both(
    cs="Na žádost ani nouzově to dodavateli žádné pravidlo neotevírá. Dodavatel pracuje podle zakázky: požádejte o ni "
    "na stránce Zakázky dodavatelů, potvrdí ji garant z úřadu.",
    en="No rule opens it to a supplier by a request or in an emergency. A supplier works on an order: ask for one on "
    "the page Orders of suppliers, its sponsor in the office confirms it.",
)
BY_ROLE = both(
    cs="Žádné pravidlo to takto neotevírá. Otevírá to role nebo zastupování toho, kdo ji má. Zeptejte se toho, kdo "
    "v obci spravuje pravidla, nebo požádejte o tuto práci někoho, kdo ji dělat smí.",
    en="No rule opens it in this way. A role does, or standing in for whoever has it. Ask whoever looks after the "
    "municipality's policies, or have somebody do it who may.",
)
BY_NO_ORDER = both(
    cs="Žádné pravidlo to ani na zakázku neotevírá. Vyberte jinou činnost nebo aplikaci, nebo se zeptejte toho, kdo "
    "v obci spravuje pravidla.",
    en="No rule opens it by an order. Choose another action or application, or ask whoever looks after the "
    "municipality's policies.",
)
GRANTED: Mapping[Kind, Text] = {
    Kind.ACCESS: both(
        cs="Ani schválená žádost by to neotevřela: {named}",
        en="Even approved, this would stay closed: {named}",
    ),
    Kind.ORDER: both(
        cs="Ani potvrzená zakázka by to dodavateli neotevřela: {named}",
        en="Even by a confirmed order this would stay closed to the supplier: {named}",
    ),
    Kind.EMERGENCY: both(
        cs="Nouzový přístup by vám tuto aplikaci neotevřel",
        en="Emergency access would not open this application to you",
    ),
}


def opens_nothing(
    error: AskRefused, kind: Kind, roles: Collection[Role], support: str | None, application: str = ""
) -> ShownRefusal:
    """`application`: that was asked for; where its emergency access may help, its form is led to."""
    title = {
        language: GRANTED[kind][language].format(named=_named(error.actions, language))
        for language in Language
    }
    helps = kind is Kind.ACCESS and application and error.spoken is not None and error.spoken.emergency_helps
    return replace(
        REFUSALS[Why.OPENS_NOTHING],
        title=title,
        advice=what_refuses(error.spoken, roles, support, kind),
        ask_at=f"/emergency?{urlencode({'application': application})}" if helps else "",
    )


def what_refuses(
    words: Spoken | None, roles: Collection[Role], support: str | None, kind: Kind = Kind.ACCESS
) -> Text:
    """The rule's own words; where no rule permits it, how else it is opened. `kind`: of what was asked for."""
    if words is None or not words.rule:
        if kind is Kind.ORDER:
            return BY_NO_ORDER
        return BY_ORDER if Role.SUPPLIER in roles else BY_ROLE
    cs, en = Language.CZECH, Language.ENGLISH
    advice = {one: with_contact(words.advice[one], one, support) for one in Language}
    return both(
        cs=f"Pořád platí: {words.title[cs]}. {advice[cs]}",
        en=f"This still counts: {words.title[en]}. {advice[en]}",
    )


def _named(actions: Collection[Action], language: Language) -> str:
    return ", ".join(ACTIONS[one].in_language(language) for one in Action if one in actions)
