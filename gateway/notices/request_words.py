"""What notices about requests for access say: of one that waits, one that was decided, and emergency access."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from config.settings import Title
from config.vocabulary import Language
from gateway.notices.notice import NoticeKind
from idp.http.moments import moment_text

TITLES_OF_REQUESTS: Mapping[NoticeKind, Title] = {
    NoticeKind.REQUEST_WAITING: Title(
        cs="Na vaše rozhodnutí čeká žádost o přístup", en="An access request waits for your decision"
    ),
    NoticeKind.REQUEST_DECIDED: Title(cs="Rozhodnutí o přístupu", en="A decision about access"),
    NoticeKind.EMERGENCY_BEGUN: Title(cs="POZOR: nouzový přístup", en="ALERT: emergency access"),
    NoticeKind.TRAVEL_IMPOSSIBLE: Title(cs="POZOR: nemožný přesun", en="ALERT: impossible travel"),
}
OPENING_OF_REQUESTS: Mapping[NoticeKind, Title] = {
    NoticeKind.REQUEST_WAITING: Title(
        cs="dostáváte tuto zprávu na účet {login}, protože můžete rozhodnout o žádosti, která právě přišla.",
        en="you get this message for your account {login}, as you may decide about a request that has just come.",
    ),
    NoticeKind.REQUEST_DECIDED: Title(
        cs="o přístupu, který se týká vašeho účtu {login}, bylo rozhodnuto, nebo skončil dřív.",
        en="access that concerns your account {login} was decided about, or has ended early.",
    ),
    NoticeKind.EMERGENCY_BEGUN: Title(
        cs="dostáváte tuto zprávu na účet {login}: někdo si právě otevřel nouzový přístup.",
        en="you get this message for your account {login}: somebody has just opened emergency access.",
    ),
    NoticeKind.TRAVEL_IMPOSSIBLE: Title(
        cs="dostáváte tuto zprávu na účet {login}: jeden účet byl použit na dvou místech, mezi nimiž nikdo nemohl "
        "tak rychle cestovat.",
        en="you get this message for your account {login}: an account was used at two places between which nobody "
        "can have travelled so fast.",
    ),
}
ADVICE_OF_REQUESTS: Mapping[NoticeKind, Title] = {
    NoticeKind.REQUEST_WAITING: Title(
        cs="Rozhodnete na portálu, v aplikaci Žádosti o přístup. Není-li vám jasná, zeptejte se, kdo ji podal, nebo "
        "zavolejte: {support}.",
        en="Decide at the portal, in Access requests. If it is not clear to you, ask whoever made it, or call: "
        "{support}.",
    ),
    NoticeKind.REQUEST_DECIDED: Title(
        cs="Podrobnosti najdete na portálu, v aplikaci Žádosti o přístup. S dotazy zavolejte: {support}.",
        en="The details are at the portal, in Access requests. With questions call: {support}.",
    ),
    NoticeKind.EMERGENCY_BEGUN: Title(
        cs="Ověřte, že je důvod pravdivý. Přístup můžete ihned ukončit a do dvou dnů ho má někdo jiný přezkoumat, na "
        "portálu v aplikaci Žádosti o přístup. Spojení: {support}.",
        en="See that the reason is true. You can end the access at once, and somebody else is to review it within two "
        "days, at the portal in Access requests. Contact: {support}.",
    ),
    NoticeKind.TRAVEL_IMPOSSIBLE: Title(
        cs="Zeptejte se té osoby, kde je. Není-li to ona, ukončete její relace na stránce Relace auditního záznamu a "
        "nechte ji změnit heslo. Spojení: {support}.",
        en="Ask the person where they are. If it is not them, end their sessions on the page Sessions of the audit "
        "log, and have them change the password. Contact: {support}.",
    ),
}
LABELS: tuple[tuple[str, Title], ...] = (
    ("by", Title(cs="Kdo", en="By")),
    ("of", Title(cs="Pro koho", en="For")),
    ("application", Title(cs="Aplikace", en="Application")),
    ("from", Title(cs="Předtím v zemi", en="Before in")),
    ("to", Title(cs="Nyní v zemi", en="Now in")),
    ("address", Title(cs="Adresa", en="Address")),
)
SINCE, UNTIL = Title(cs="Od", en="From"), Title(cs="Do", en="Until")
STAGE = Title(cs="Stav", en="Now")
STAGES: Mapping[str, Title] = {
    "waiting": Title(cs="čeká na rozhodnutí", en="waits for a decision"),
    "in_force": Title(cs="platí", en="in force"),
    "refused": Title(cs="zamítnuto", en="declined"),
    "withdrawn": Title(cs="ukončeno", en="ended"),
    "sponsor_gone": Title(cs="ukončeno: chybí garant", en="ended: its sponsor is gone"),
}


def facts_of_request(facts: Mapping[str, str], language: Language) -> Iterator[tuple[Title, str]]:
    """Not why: no message holds what somebody wrote, who might write a link."""
    yield from ((label, facts[name]) for name, label in LABELS if name in facts)
    for label, name in ((SINCE, "since"), (UNTIL, "until")):
        if name in facts:
            yield label, moment_text(datetime.fromisoformat(facts[name]), language, "minute")
    if facts.get("stage") in STAGES:
        yield STAGE, STAGES[facts["stage"]].in_language(language)
