"""What a form's policy is called and what it says to whom it refuses, by what was filled in."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.vocabulary import Language, NetworkName, Role
from policies.evaluate import PolicyBook, Source
from policies.form_words import days_in_words, in_words
from policies.forms import called, forms, read, render, values_of
from policies.model import AskFor, Refused
from policies.parameters import DAYS, Offered
from policies.reasons import Names
from policies.review import review
from tests.policies.test_forms import BOUNDS, filled
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, NOW, ask

OFFERED = Offered(APPLICATIONS, [NetworkName("office")])
WAYS = {"emergency": AskFor.EMERGENCY, "requested": AskFor.ACCESS}
"""To what a refusal leads, by the box that was ticked."""
STABLE = frozenset({"hour", "days", "yes_no", "date", "number"})
"""Kinds of parameters whose words are no title of the configuration."""

NAMES = {
    "may-use": "Referent smí číst, zapisovat: Spisová služba",
    "temporary-access": "Referent smí číst, zapisovat: Spisová služba, od 20. 11. 2026 do 24. 11. 2026",
    "deputy": "V zastoupení (starosta) smí referent číst, zapisovat: Spisová služba",
    "supplier-under-order": "Dodavatel na zakázku smí číst, zapisovat: Spisová služba",
    "department-files": "Dokumenty vlastního odboru smí referent číst, zapisovat: Spisová služba",
    "hours": "Jen 7:00–18:00, pondělí–pátek: Spisová služba (referent)",
    "night-hours": "Jen v noci 22:00–4:00, začátek pondělí–pátek: Spisová služba (referent)",
    "stronger-sign-in": (
        "Silnější přihlášení (bezpečnostní nebo přístupový klíč): Spisová služba (čtení, zápis)"
    ),
    "recent-sign-in": "Přihlášení staré nejvýše 30 min: Spisová služba (čtení, zápis)",
    "managed-device": "Jen ze služebního zařízení: Spisová služba (čtení, zápis)",
    "networks": "Jen ze sítí office: Spisová služba (čtení, zápis)",
    "countries": "Jen ze zemí CZ: Spisová služba (čtení, zápis)",
    "read-only": "Jen pro čtení: Spisová služba (referent)",
    "never": "Nikdy pro roli referent: Spisová služba",
}


def test_a_policy_is_called_by_what_was_filled_into_its_form() -> None:
    said = {name: called(form, values_of(form, filled(form)), OFFERED) for name, form in forms().items()}
    assert {name: text[Language.CZECH] for name, text in said.items()} == NAMES
    assert all(text[Language.ENGLISH] not in ("", text[Language.CZECH]) for text in said.values())
    assert said["hours"][Language.ENGLISH] == "Only 7:00–18:00, Monday–Friday: Records (clerk)"


def test_a_long_list_is_cut_short_in_a_name() -> None:
    form = forms()["never"]
    everybody = filled(form, roles=[str(role) for role in Role])
    name = called(form, values_of(form, everybody), OFFERED)
    assert name[Language.ENGLISH].count(",") == 2
    assert f"and {len(Role) - 3} more: Records" in name[Language.ENGLISH]
    assert f"a další ({len(Role) - 3})" in name[Language.CZECH]


def test_another_title_of_an_application_changes_no_policy() -> None:
    form = forms()["hours"]
    text = render(form, filled(form), HULIN, OFFERED)
    assert "Spisová" not in text
    assert read(text, HULIN) is not None


@pytest.mark.parametrize(
    ("days", "czech", "english"),
    [
        ([1, 2, 3, 4, 5], "pondělí–pátek", "Monday–Friday"),
        (list(DAYS), "každý den", "every day"),
        ([6, 7], "sobota, neděle", "Saturday, Sunday"),
        ([1, 3, 4, 5, 7], "pondělí, středa–pátek, neděle", "Monday, Wednesday–Friday, Sunday"),
        ([5], "pátek", "Friday"),
    ],
)
def test_days_in_a_row_are_said_by_the_first_and_the_last(days: list[int], czech: str, english: str) -> None:
    assert days_in_words(days, Language.CZECH) == czech
    assert days_in_words(days, Language.ENGLISH) == english


@pytest.mark.parametrize(
    ("name", "changes", "czech", "english"),
    [
        (
            "hours", {}, "Povolená doba: 7:00–18:00, pondělí–pátek, mimo státní svátky.",
            "Permitted: 7:00–18:00, Monday–Friday, not on public holidays.",
        ),
        (
            "hours", {"holidays": True, "days": [1]}, "7:00–18:00, pondělí, i o státních svátcích.",
            "7:00–18:00, Monday, also on public holidays.",
        ),
        (
            "night-hours", {"days": [5]}, "Povolená doba: 22:00–4:00 přes půlnoc. Noc začíná ve dnech: pátek.",
            "Permitted: 22:00–4:00 over midnight, on nights that begin on: Friday.",
        ),
        ("hours", {}, "V jinou dobu nepomůže ani nouzový přístup.", "emergency access does not help either"),
        ("hours", {"emergency": True}, "zahajte nouzový přístup", "If it cannot wait, begin emergency access"),
        ("night-hours", {"requested": True}, "vyžádat na stránce žádostí", "on the page of requests"),
    ],
)  # fmt: skip
def test_who_is_refused_for_the_hour_reads_which_hours_are_permitted(
    name: str, changes: dict[str, Any], czech: str, english: str
) -> None:
    form = forms()[name]
    text = render(form, filled(form, **changes), HULIN)
    text += f'@id("everything") permit (principal, action, resource in Municipality::"{HULIN}");'
    reviewed = review(Path("588491.cedar"), text, BOUNDS)
    assert reviewed.problems == ()
    names = Names(DISTRICT, APPLICATIONS)
    book = PolicyBook(Source("", ()), {HULIN: Source(reviewed.text, reviewed.policies)}, names, "1")
    sunday_evening = NOW - timedelta(days=NOW.isoweekday()) + timedelta(hours=10)
    verdict = book.decide(ask((HULIN, Role.CLERK), now=sunday_evening, authenticated_at=sunday_evening))
    assert isinstance(verdict, Refused)
    assert verdict.reason == "outside_working_hours"
    assert verdict.ask_for == next((way for box, way in WAYS.items() if changes.get(box)), None)
    assert czech in verdict.advice[Language.CZECH]
    assert english in verdict.advice[Language.ENGLISH]


def test_what_refused_people_read_rests_on_no_title_of_the_configuration() -> None:
    """Else the text of a policy would be another one once an application is called otherwise."""
    for form in forms().values():
        used = {
            one.kind
            for one in form.parameters
            for said in form.advice
            if f"${one.name}" in said[Language.CZECH] + said[Language.ENGLISH]
        }
        assert used <= STABLE


def test_what_the_form_wrote_in_earlier_words_is_the_forms_still_and_anothers_words_are_not() -> None:
    form = forms()["hours"]
    text = render(form, filled(form), HULIN)
    said = form.advice[0][Language.CZECH]
    (line,) = [one for one in text.splitlines() if one.startswith("@advice_cs")]
    before = text
    for language in Language:
        (now,) = [one for one in before.splitlines() if one.startswith(f"@advice_{language}")]
        before = before.replace(now, f'@advice_{language}("{form.advice[1][language]}")')
    assert before != text
    opened = read(before, HULIN)
    assert opened is not None
    assert render(*opened, HULIN) == text
    assert read(text.replace(line, '@advice_cs("Přijďte jindy.")'), HULIN) is None
    assert said not in text, "with its holes"


def test_each_kind_of_a_parameter_has_words() -> None:
    for form in forms().values():
        values = values_of(form, filled(form))
        for one in form.parameters:
            for language in Language:
                assert in_words(one, values[one.name], language, OFFERED).strip()
