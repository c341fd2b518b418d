"""What each step towards a permit is called, and how one gets there. Czech first."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import ApplicationId, Language, Role
from policies.fact_words import FACT_TITLES
from policies.model import Question, Text
from policies.reasons import Names
from policies.request import LOCAL
from policies.steps import Step, StepKind

CS, EN = Language.CZECH, Language.ENGLISH


@dataclass(frozen=True, slots=True)
class StepWords:
    what: Text
    """What is missing."""
    how: Text
    """How to get it: one or two sentences."""


def _words(what_cs: str, what_en: str, how_cs: str, how_en: str) -> StepWords:
    return StepWords({CS: what_cs, EN: what_en}, {CS: how_cs, EN: how_en})


STEP_WORDS: dict[StepKind, StepWords] = {
    StepKind.FRESH_SIGN_IN: _words(
        "čerstvé přihlášení", "a fresh sign-in", "Přihlaste se znovu.", "Sign in again."
    ),
    StepKind.STRONGER_SIGN_IN: _words(
        "přihlášení úrovně {value}: {level}",
        "a sign-in of level {value}: {level}",
        "Přihlaste se znovu tímto způsobem. Co k němu chybí, zaregistrujte si v portálu na stránce Můj účet.",
        "Sign in again in that way. Enrol what is missing for it in the portal, in My account.",
    ),
    StepKind.SWITCH: _words(
        "jednání za obec {municipality}",
        "acting for {municipality}",
        "Přepněte se v portálu na obec {municipality}.",
        "Switch to {municipality} in the portal.",
    ),
    StepKind.LOOK_ONLY: _words(
        "prohlížení bez stažení",
        "looking without downloading",
        "Dokument si prohlédněte na obrazovce.",
        "View the document on the screen.",
    ),
    StepKind.DEVICE_PART: _words(
        "na zařízení: {part}",
        "on the device: {part}",
        "Uveďte zařízení do pořádku, nebo požádejte správce; pak se ohlásí samo.",
        "Put the device in order, or ask the administrator; it then reports by itself.",
    ),
    StepKind.DEVICE: _words(
        "registrované služební zařízení v pořádku",
        "an enrolled device of the office, in order",
        "Použijte služební zařízení. Není-li registrované, požádejte správce o jeho registraci.",
        "Use the office's device. If it is not enrolled, ask the administrator to enrol it.",
    ),
    StepKind.TUNNEL: _words(
        "připojení tunelem {value}",
        "a connection through the tunnel {value}",
        "Připojte se tunelem úřadu ze služebního zařízení.",
        "Connect through the office's tunnel from its device.",
    ),
    StepKind.NETWORK: _words(
        "připojení ze sítě {value}",
        "a connection from the network {value}",
        "Připojte se z této sítě, například přímo v úřadu.",
        "Connect from that network, in the office itself for instance.",
    ),
    StepKind.COUNTRY: _words(
        "přístup ze země {value}",
        "access from the country {value}",
        "Zkuste to odtamtud. Na služební cestu požádejte předem o výjimku manažera kybernetické bezpečnosti.",
        "Try it from there. For a business trip ask the security officer for an exception beforehand.",
    ),
    StepKind.TIME: _words(
        "jiná doba, nejdříve {when}",
        "another time, {when} at the earliest",
        "Zkuste to znovu {when}.",
        "Try again {when}.",
    ),
    StepKind.PURPOSE: _words(
        "uvedený účel, agenda a činnostní role {value}",
        "a stated purpose, agenda and activity role {value}",
        "Uveďte je před nahlížením. Musí být vaše: jinou činnostní roli vám přiděluje úřad.",
        "State them before looking. They must be your own: the office assigns activity roles.",
    ),
    StepKind.ACTIVITY_ROLE: _words(
        "přidělená činnostní role {value} a uvedený účel",
        "an assigned activity role {value} and a stated purpose",
        "Požádejte o přidělení činnostní role; před nahlížením ji pak uveďte i s účelem.",
        "Ask for the activity role to be assigned; then state it and the purpose before looking.",
    ),
    StepKind.SPONSOR: _words(
        "přítomný garant zakázky",
        "the sponsor of the order at hand",
        "Požádejte garanta zakázky, aby byl při práci dosažitelný.",
        "Ask the sponsor of the order to be at hand while you work.",
    ),
    StepKind.ORDER: _words(
        "schválená zakázka: {application}, v této době, s přítomným garantem",
        "an approved order: {application}, at this time, its sponsor at hand",
        "Požádejte pracovníka úřadu, který zakázku zadává, aby ji schválil a byl při práci dosažitelný.",
        "Ask the officer who places the order to approve it and to be at hand while you work.",
    ),
    StepKind.REQUEST: _words(
        "schválená žádost o přístup: {application}",
        "an approved request for access: {application}",
        "Požádejte o přístup s uvedením důvodu a doby; rozhodne o něm někdo jiný.",
        "Ask for access and say why and for how long; somebody else decides.",
    ),
    StepKind.DELEGATION: _words(
        "zaznamenané zastupování",
        "a recorded delegation",
        "Požádejte zastupovaného, aby zastupování zaznamenal.",
        "Ask the person you stand in for to record the delegation.",
    ),
    StepKind.SOMEBODY_ELSE: _words(
        "rozhodnutí někoho jiného",
        "a decision by somebody else",
        "Požádejte o schválení někoho, kdo věc sám nepodal.",
        "Ask somebody for the approval who did not submit the matter.",
    ),
    StepKind.EMERGENCY: _words(
        "nouzový přístup",
        "emergency access",
        "Nesnese-li věc odkladu, požádejte o nouzový přístup s odůvodněním; jeho užití přezkoumá někdo jiný.",
        "If it cannot wait, ask for emergency access and say why; somebody else reviews its use.",
    ),
    StepKind.ROLE: _words(
        "role v obci {municipality}: {roles}",
        "a role in {municipality}: {roles}",
        "Potřebujete-li ji ke své práci, požádejte starostu nebo tajemníka.",
        "If your work needs it, ask the mayor or the chief clerk.",
    ),
    StepKind.OFFICE: _words(
        "role jinde: {office}",
        "a role elsewhere: {office}",
        "Požádejte starostu nebo tajemníka té obce.",
        "Ask the mayor or the chief clerk of that municipality.",
    ),
    StepKind.WITHOUT_ROLE: _words(
        "účet bez role {roles}",
        "an account without the role {roles}",
        "Přihlaste se svým jiným účtem, nebo požádejte, aby vám byla tato role odebrána.",
        "Sign in with your other account, or ask to have this role removed.",
    ),
    StepKind.DEPARTMENT: _words(
        "příslušnost k útvaru {value}",
        "membership of the department {value}",
        "Požádejte o změnu toho, kdo vede údaje o pracovnících.",
        "Ask whoever keeps the data of the staff to change it.",
    ),
    StepKind.PLACE_CLEARED: _words(
        "prověření neobvyklého místa",
        "a check of the unusual place",
        "Zavolejte manažerovi kybernetické bezpečnosti.",
        "Call the security officer.",
    ),
}
LEVEL_TITLES: dict[str, Text] = {
    "2": {CS: "heslo a druhý faktor", EN: "password and a second factor"},
    "3": {CS: "bezpečnostní nebo přístupový klíč", EN: "a security key or a passkey"},
}


def step_said(step: Step, question: Question, names: Names) -> StepWords:
    words = STEP_WORDS[step.kind]
    return StepWords(
        {language: _fill(words.what[language], step, question, names, language) for language in Language},
        {language: _fill(words.how[language], step, question, names, language) for language in Language},
    )


def _fill(text: str, step: Step, question: Question, names: Names, language: Language) -> str:
    value = step.value
    application = names.applications.get(ApplicationId(question.application))
    where, _, office = value.partition("/")
    given = {
        "value": value,
        "municipality": names.district.name(question.municipality),
        "application": application[language] if application else question.application,
    }
    match step.kind:
        case StepKind.STRONGER_SIGN_IN:
            given["level"] = LEVEL_TITLES[value][language]
        case StepKind.DEVICE_PART:
            given["part"] = FACT_TITLES["context", "device", value][language]
        case StepKind.TIME:
            given["when"] = f"{datetime.fromisoformat(value).astimezone(LOCAL):{MOMENT[language]}}"
        case StepKind.ROLE | StepKind.WITHOUT_ROLE:
            given["roles"] = _one_of([Role(one).title_in(language) for one in value.split()], language)
        case StepKind.OFFICE:
            given["office"] = f"{Role(office).title_in(language)} ({names.district.name(where)})"
        case _:
            pass
    return text.format(**given).replace(" :", ":").strip()


def _one_of(words: list[str], language: Language) -> str:
    *others, last = words
    return f"{', '.join(others)}{OR[language]}{last}" if others else last


OR: Text = {CS: " nebo ", EN: " or "}
MOMENT: Text = {CS: "%-d. %-m. %Y v %-H:%M", EN: "%Y-%m-%d at %H:%M"}
