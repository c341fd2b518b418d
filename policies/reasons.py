"""Refusals that no policy pronounces, and how any refusal is put into words for the person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from config.district import District
from config.vocabulary import Action, ApplicationId, Language, Role
from policies.model import AskFor, Question, Text

CS, EN = Language.CZECH, Language.ENGLISH


class Reason(StrEnum):
    """Why something is refused although no policy forbids it. Policies add reasons of their own."""

    POLICY_ERROR = "policy_error"
    UNKNOWN_MUNICIPALITY = "unknown_municipality"
    MUNICIPALITY_WITHOUT_POLICIES = "municipality_without_policies"
    NO_ROLE_IN_MUNICIPALITY = "no_role_in_municipality"
    OTHER_MUNICIPALITY_ACTIVE = "other_municipality_active"
    STRONGER_SIGN_IN_NEEDED = "stronger_sign_in_needed"
    SIGN_IN_TOO_OLD = "sign_in_too_old"
    ACTION_NOT_PERMITTED = "action_not_permitted"
    ROLE_NOT_SUFFICIENT = "role_not_sufficient"
    NOTHING_PERMITS = "nothing_permits"
    NOT_FOR_TECHNICAL_ACCOUNTS = "not_for_technical_accounts"


OWN_TO_THE_ENGINE = frozenset(
    {Reason.POLICY_ERROR, Reason.UNKNOWN_MUNICIPALITY, Reason.MUNICIPALITY_WITHOUT_POLICIES}
)
"""Reasons a policy may not take: they say that policies were not consulted."""

PLACEHOLDERS = ("municipality", "own_municipality", "application", "action")
"""What a policy's texts may name in braces; the texts below may also say `{roles}`."""

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    title: Text
    advice: Text
    ask_for: AskFor | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called. A code without a name is shown as it is."""

    district: District
    applications: Mapping[ApplicationId, Text] = field(default_factory=dict)
    """As a sentence calls them."""
    headings: Mapping[ApplicationId, Text] = field(default_factory=dict)
    """As their cards are headed, and lists name them; of who is not among them as a sentence does."""

    @property
    def in_lists(self) -> Mapping[ApplicationId, Text]:
        return {**self.applications, **self.headings}


_CALL_CENTRE: Text = {
    CS: "Zkuste to za chvíli znovu. Pokud potíž trvá, obraťte se na technologické centrum.",
    EN: "Try again in a moment. If the trouble persists, contact the technology centre.",
}
_WHO_MAY: Text = {
    CS: "Oprávnění mají v obci {municipality} tyto role: {roles}. "
    "Potřebujete-li oprávnění ke své práci, požádejte starostu nebo tajemníka.",
    EN: "In {municipality} these roles may: {roles}. "
    "If your work needs it, ask the mayor or the chief clerk for the permission.",
}

WORDINGS: dict[Reason, Wording] = {
    Reason.POLICY_ERROR: Wording(
        {CS: "Pravidla přístupu nelze vyhodnotit", EN: "The access rules cannot be evaluated"}, _CALL_CENTRE
    ),
    Reason.UNKNOWN_MUNICIPALITY: Wording(
        {CS: "Obec {municipality} nepatří do správního obvodu", EN: "{municipality} is not in the district"},
        {
            CS: "Zkontrolujte adresu, kterou jste otevřeli, nebo začněte v portálu.",
            EN: "Check the address you opened, or start from the portal.",
        },
    ),
    Reason.MUNICIPALITY_WITHOUT_POLICIES: Wording(
        {
            CS: "Obec {municipality} nemá pravidla přístupu",
            EN: "{municipality} has no access rules",
        },
        {
            CS: "Dokud je nemá, nelze tu nic otevřít. Technologické centrum je doplní, nebo vrátí dřívější.",
            EN: "Until it has, nothing opens here. The technology centre can add some, or bring back earlier ones.",
        },
    ),
    Reason.NO_ROLE_IN_MUNICIPALITY: Wording(
        {CS: "V obci {municipality} nemáte žádnou roli", EN: "You have no role in {municipality}"},
        {
            CS: "Pokud pro tuto obec pracujete, požádejte jejího starostu nebo tajemníka o přidělení role.",
            EN: "If you work for this municipality, ask its mayor or chief clerk to give you a role.",
        },
    ),
    Reason.OTHER_MUNICIPALITY_ACTIVE: Wording(
        {
            CS: "Nyní jednáte za obec {own_municipality}",
            EN: "You are acting for {own_municipality} now",
        },
        {
            CS: "Přepněte se v portálu na obec {municipality} a zkuste to znovu.",
            EN: "Switch to {municipality} in the portal and try again.",
        },
    ),
    Reason.STRONGER_SIGN_IN_NEEDED: Wording(
        {CS: "Je potřeba silnější přihlášení", EN: "A stronger sign-in is needed"},
        {
            CS: "Přihlaste se bezpečnostním klíčem nebo přístupovým klíčem.",
            EN: "Sign in with a security key or a passkey.",
        },
    ),
    Reason.SIGN_IN_TOO_OLD: Wording(
        {CS: "Je potřeba opětovné ověření", EN: "Please confirm that it is you"},
        {
            CS: "Od vašeho posledního ověření uplynulo příliš mnoho času. Potvrďte znovu, že jste to vy.",
            EN: "Too much time has passed since you last confirmed who you are. Confirm again that it is you.",
        },
    ),
    Reason.ACTION_NOT_PERMITTED: Wording(
        {
            CS: "V aplikaci {application} nesmíte {action}",
            EN: "You may not {action} in {application}",
        },
        _WHO_MAY,
        AskFor.ACCESS,
    ),
    Reason.ROLE_NOT_SUFFICIENT: Wording(
        {
            CS: "Vaše role v obci {municipality} k tomu neopravňuje",
            EN: "Your role in {municipality} does not allow this",
        },
        _WHO_MAY,
        AskFor.ACCESS,
    ),
    Reason.NOTHING_PERMITS: Wording(
        {
            CS: "V aplikaci {application} to v obci {municipality} není povoleno žádné roli",
            EN: "No role in {municipality} may do this in {application}",
        },
        {
            CS: "Pokud jde o omyl, obraťte se na technologické centrum.",
            EN: "If this is a mistake, contact the technology centre.",
        },
        AskFor.ACCESS,
    ),
    Reason.NOT_FOR_TECHNICAL_ACCOUNTS: Wording(
        {
            CS: "Technický účet tu nesmí {action}",
            EN: "The technical account may not {action} here",
        },
        {
            CS: "Nic mu to nepovoluje: chybí pravidlo s podmínkou `principal is TechnicalAccount`.",
            EN: "Nothing permits it: there is no rule that says `principal is TechnicalAccount`.",
        },
    ),
}

ACTION_TITLES: dict[Action, Text] = {
    Action.READ: {CS: "číst", EN: "read"},
    Action.WRITE: {CS: "zapisovat", EN: "write"},
    Action.SIGN: {CS: "podepisovat", EN: "sign"},
    Action.ADMINISTER: {CS: "spravovat", EN: "administer"},
}
"""After `may`; by itself an action is called by its name."""
ACTION_NAMES: dict[Action, Text] = {
    Action.READ: {CS: "čtení", EN: "reading"},
    Action.WRITE: {CS: "zápis", EN: "writing"},
    Action.SIGN: {CS: "podepsání", EN: "signing"},
    Action.ADMINISTER: {CS: "správa", EN: "administration"},
}


def spell_out(
    wording: Wording, question: Question, names: Names, roles: frozenset[Role] = frozenset()
) -> Wording:
    """Fill the placeholders, in both languages. Values are plain text; a page escapes them as any other."""
    return Wording(
        {language: _fill(wording.title[language], language, question, names, roles) for language in Language},
        {
            language: _fill(wording.advice[language], language, question, names, roles)
            for language in Language
        },
        wording.ask_for,
    )


SOME: Mapping[str, Text] = {
    "municipality": {CS: "…", EN: "the municipality"},
    "application": {CS: "…", EN: "the application"},
    "action": {CS: "provést tento úkon", EN: "do this"},
}
"""What stands for a name where there is no question. In Czech the noun before a name says enough;
where there is none, nothing is declined."""
NOUN_BEFORE = re.compile(r"\b((?:obc|obec|aplikac)\w*) \{(?:municipality|application)\}", re.IGNORECASE)


def without_names(text: Text) -> Text:
    """The text of no particular question: it reads as a sentence all the same."""
    told = {**text, CS: NOUN_BEFORE.sub(r"\1", text[CS])} if CS in text else text
    return {language: _of_any(words, language) for language, words in told.items()}


def _of_any(words: str, language: Language) -> str:
    def some(found: "re.Match[str]") -> str:
        said = SOME[found[1]][language] if found[1] in SOME else "…"
        return said[0].upper() + said[1:] if found.start() == 0 else said

    return PLACEHOLDER.sub(some, words)


def _fill(text: str, language: Language, question: Question, names: Names, roles: frozenset[Role]) -> str:
    if "{" not in text:
        return text
    application = names.applications.get(question.application)
    values = {
        "municipality": names.district.name(question.municipality),
        "own_municipality": names.district.name(question.own_municipality),
        "application": application[language] if application else question.application,
        "action": ACTION_TITLES[question.action][language],
        "roles": ", ".join(role.title_in(language) for role in Role if role in roles),
    }
    return PLACEHOLDER.sub(lambda found: values.get(found.group(1), found.group()), text)
