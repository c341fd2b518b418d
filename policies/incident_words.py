"""What a closed class of access is called, and what its refused people read. Czech first."""

from dataclasses import dataclass

from config.vocabulary import Language
from policies.model import Text

CS, EN = Language.CZECH, Language.ENGLISH


@dataclass(frozen=True, slots=True)
class KindWords:
    name: Text
    """What is closed, to be chosen from a list."""
    title: Text
    """Of the refusal. `{role}` is filled when the policy is made, the others when it refuses."""
    log: Text
    """What the log calls the reason: about the person, of no target."""


ADVICE: Text = {
    CS: "Nesnese-li vaše práce odkladu, zavolejte manažerovi kybernetické bezpečnosti.",
    EN: "If your work cannot wait, call the security officer.",
}

KIND_WORDS: dict[str, KindWords] = {
    "suppliers": KindWords(
        {CS: "všichni dodavatelé", EN: "all suppliers"},
        {
            CS: "Přístup dodavatelů je dočasně uzavřen",
            EN: "Access of suppliers is closed for the time being",
        },
        {CS: "při incidentu jsou uzavřeni dodavatelé", EN: "suppliers are closed in an incident"},
    ),
    "role": KindWords(
        {CS: "jedna role", EN: "one role"},
        {
            CS: "Přístup v roli {role} je dočasně uzavřen",
            EN: "Access in the role {role} is closed for the time being",
        },
        {CS: "při incidentu je uzavřena role osoby", EN: "the person's role is closed in an incident"},
    ),
    "application": KindWords(
        {CS: "jedna aplikace", EN: "one application"},
        {
            CS: "Aplikace {application} je dočasně uzavřena",
            EN: "{application} is closed for the time being",
        },
        {CS: "při incidentu je uzavřena aplikace", EN: "the application is closed in an incident"},
    ),
    "municipality": KindWords(
        {CS: "jedna obec", EN: "one municipality"},
        {
            CS: "Aplikace obce {municipality} jsou dočasně uzavřeny",
            EN: "The applications of {municipality} are closed for the time being",
        },
        {CS: "při incidentu je uzavřena obec", EN: "the municipality is closed in an incident"},
    ),
    "municipality_application": KindWords(
        {CS: "jedna aplikace jedné obce", EN: "one application of one municipality"},
        {
            CS: "Aplikace {application} obce {municipality} je dočasně uzavřena",
            EN: "{application} of {municipality} is closed for the time being",
        },
        {
            CS: "při incidentu je uzavřena tato aplikace obce",
            EN: "this application of the municipality is closed in an incident",
        },
    ),
    "all_but_officers": KindWords(
        {
            CS: "všichni kromě manažerů kybernetické bezpečnosti a auditorů",
            EN: "everybody but security officers and auditors",
        },
        {CS: "Přístup je dočasně uzavřen všem", EN: "Access is closed to everybody for the time being"},
        {CS: "při incidentu je uzavřen přístup všem", EN: "access is closed to everybody in an incident"},
    ),
    "abroad": KindWords(
        {
            CS: "všichni ze zahraničí a z neznámé země",
            EN: "everybody from abroad and from an unknown country",
        },
        {
            CS: "Přístup ze zahraničí nebo z neznámé země je dočasně uzavřen",
            EN: "Access from abroad or from an unknown country is closed for the time being",
        },
        {
            CS: "při incidentu je uzavřen přístup ze zahraničí",
            EN: "access from abroad is closed in an incident",
        },
    ),
    "technical_accounts": KindWords(
        {CS: "všechny technické účty", EN: "all technical accounts"},
        {
            CS: "Přístup technických účtů je dočasně uzavřen",
            EN: "Access of technical accounts is closed for the time being",
        },
        {
            CS: "při incidentu jsou uzavřeny technické účty",
            EN: "technical accounts are closed in an incident",
        },
    ),
}
"""By the value of the kind."""
