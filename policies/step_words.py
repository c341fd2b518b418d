"""What each step towards a permit is called, and how one gets there. Czech first."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import ApplicationId, Language, Role
from policies.fact_words import FACT_TITLES
from policies.level_words import LEVEL_TITLES
from policies.model import Question, Text
from policies.moments_said import at_said
from policies.reasons import Names
from policies.steps import ALL_OF, Step, StepKind

CS, EN = Language.CZECH, Language.ENGLISH


@dataclass(frozen=True, slots=True)
class StepWords:
    what: Text
    """What is missing."""
    how: Text
    """How to get it, about the person: one or two sentences for whoever looks."""


def _words(what_cs: str, what_en: str, how_cs: str, how_en: str) -> StepWords:
    return StepWords({CS: what_cs, EN: what_en}, {CS: how_cs, EN: how_en})


STEP_WORDS: dict[StepKind, StepWords] = {
    StepKind.FRESH_SIGN_IN: _words(
        "čerstvé přihlášení", "a fresh sign-in", "Ať se přihlásí znovu.", "Let them sign in again."
    ),
    StepKind.STRONGER_SIGN_IN: _words(
        "přihlášení úrovně {value}: {level}",
        "a sign-in of level {value}: {level}",
        "Ať se znovu přihlásí tímto způsobem. Co k němu chybí, registruje se v portálu na stránce Můj účet.",
        "Let them sign in again in that way. What is missing for it is enrolled in the portal, in My account.",
    ),
    StepKind.SWITCH: _words(
        "jednání za obec {municipality}",
        "acting for {municipality}",
        "Ať se v portálu přepne na obec {municipality}.",
        "Let them switch to {municipality} in the portal.",
    ),
    StepKind.LOOK_ONLY: _words(
        "prohlížení bez stažení",
        "looking without downloading",
        "Ať si dokument prohlédne na obrazovce.",
        "Let them view the document on the screen.",
    ),
    StepKind.DEVICE_PART: _words(
        "na zařízení: {part}",
        "on the device: {part}",
        "Ať zařízení uvede do pořádku, nebo požádá správce; pak se ohlásí samo.",
        "Let them put the device in order, or ask the administrator; it then reports by itself.",
    ),
    StepKind.DEVICE: _words(
        "registrované služební zařízení v pořádku",
        "an enrolled device of the office, in order",
        "Ať použije služební zařízení. Není-li registrované, registruje je správce.",
        "Let them use the office's device. If it is not enrolled, the administrator enrols it.",
    ),
    StepKind.TUNNEL: _words(
        "připojení tunelem {value}",
        "a connection through the tunnel {value}",
        "Ať se připojí tunelem úřadu ze služebního zařízení.",
        "Let them connect through the office's tunnel from its device.",
    ),
    StepKind.NETWORK: _words(
        "připojení ze sítě {value}",
        "a connection from the network {value}",
        "Ať se připojí z této sítě, například přímo v úřadu.",
        "Let them connect from that network, in the office itself for instance.",
    ),
    StepKind.COUNTRY: _words(
        "přístup ze země {value}",
        "access from the country {value}",
        "Ať to zkusí odtamtud. Výjimku na služební cestu dává předem manažer kybernetické bezpečnosti.",
        "Let them try it from there. For a business trip the security officer gives an exception beforehand.",
    ),
    StepKind.TIME: _words(
        "jiná doba, nejdříve {when}",
        "another time, {when} at the earliest",
        "Ať to zkusí znovu {when}.",
        "Let them try again {when}.",
    ),
    StepKind.PURPOSE: _words(
        "uvedený účel, agenda a činnostní role {value}",
        "a stated purpose, agenda and activity role {value}",
        "Ať je uvede před nahlížením. Musí patřit té osobě: jinou činnostní roli přiděluje úřad.",
        "Let them state these before looking. They must be the person's own: the office assigns activity roles.",
    ),
    StepKind.ACTIVITY_ROLE: _words(
        "přidělená činnostní role {value} a uvedený účel",
        "an assigned activity role {value} and a stated purpose",
        "Činnostní roli přiděluje úřad; před nahlížením se pak uvádí i s účelem.",
        "The office assigns the activity role; it and the purpose are then stated before looking.",
    ),
    StepKind.SPONSOR: _words(
        "přítomný garant zakázky",
        "the sponsor of the order at hand",
        "Garant zakázky má být při práci dosažitelný.",
        "The sponsor of the order has to be at hand during the work.",
    ),
    StepKind.ORDER: _words(
        "schválená zakázka: {application}, v této době, s přítomným garantem",
        "an approved order: {application}, at this time, its sponsor at hand",
        "Zakázku potvrzuje garant, pracovník úřadu, který je při práci dosažitelný.",
        "The order is confirmed by its sponsor, an officer who is at hand during the work.",
    ),
    StepKind.REQUEST: _words(
        "schválená žádost o přístup: {application}",
        "an approved request for access: {application}",
        "Ať požádá o přístup s uvedením důvodu a doby; rozhodne o něm někdo jiný.",
        "Let them ask for access and say why and for how long; somebody else decides.",
    ),
    StepKind.DELEGATION: _words(
        "zaznamenané zastupování{of_role}",
        "a recorded delegation{of_role}",
        "Zastupování zaznamenává zastupovaný.",
        "Whoever is stood in for records the delegation.",
    ),
    StepKind.SOMEBODY_ELSE: _words(
        "rozhodnutí někoho jiného",
        "a decision by somebody else",
        "Schválit to má někdo, kdo věc sám nepodal.",
        "Somebody has to approve it who did not submit the matter.",
    ),
    StepKind.EMERGENCY: _words(
        "nouzový přístup",
        "emergency access",
        "Nesnese-li věc odkladu, ať požádá o nouzový přístup s odůvodněním; jeho užití přezkoumá někdo jiný.",
        "If it cannot wait, let them ask for emergency access and say why; somebody else reviews its use.",
    ),
    StepKind.ROLE: _words(
        "role v obci {municipality}: {roles}",
        "a role in {municipality}: {roles}",
        "Je-li k práci potřeba, rozhoduje o ní starosta nebo tajemník.",
        "If the work needs it, the mayor or the chief clerk decides about it.",
    ),
    StepKind.OFFICE: _words(
        "role jinde: {office}",
        "a role elsewhere: {office}",
        "Rozhoduje o ní starosta nebo tajemník té obce.",
        "The mayor or the chief clerk of that municipality decides about it.",
    ),
    StepKind.WITHOUT_ROLE: _words(
        "účet bez role {roles}",
        "an account without the role {roles}",
        "Ať se přihlásí svým jiným účtem, nebo je třeba tuto roli odebrat.",
        "Let them sign in with their other account, or have this role removed.",
    ),
    StepKind.DEPARTMENT: _words(
        "příslušnost k útvaru {value}",
        "membership of the department {value}",
        "Změnit to může ten, kdo vede údaje o pracovnících.",
        "Whoever keeps the data of the staff can change it.",
    ),
    StepKind.PLACE_CLEARED: _words(
        "prověření neobvyklého místa",
        "a check of the unusual place",
        "Prověří je manažer kybernetické bezpečnosti.",
        "The security officer checks it.",
    ),
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
            given["level"] = LEVEL_TITLES[int(value)][language]
        case StepKind.DEVICE_PART:
            given["part"] = FACT_TITLES["context", "device", value][language]
        case StepKind.TIME:
            given["when"] = at_said(datetime.fromisoformat(value), language)
        case StepKind.ROLE | StepKind.WITHOUT_ROLE:
            given["roles"] = _one_of([Role(one).title_in(language) for one in value.split()], language)
        case StepKind.DELEGATION:
            roles = _roles_of(value, language)
            given["of_role"] = OF_ROLE[language].format(roles=roles) if roles else ""
        case StepKind.OFFICE:
            given["office"] = f"{Role(office).title_in(language)} ({names.district.name(where)})"
        case _:
            pass
    return text.format(**given).replace(" :", ":").strip()


def _roles_of(value: str, language: Language) -> str:
    """One of which will do, or all at once."""
    words = [Role(one).title_in(language) for one in value.replace(ALL_OF, " ").split()]
    return (AND[language].join(words) if ALL_OF in value else _one_of(words, language)) if words else ""


def _one_of(words: list[str], language: Language) -> str:
    *others, last = words
    return f"{', '.join(others)}{OR[language]}{last}" if others else last


OF_ROLE: Text = {CS: " v roli: {roles}", EN: " in the role: {roles}"}
AND: Text = {CS: " a ", EN: " and "}
OR: Text = {CS: " nebo ", EN: " or "}
