"""What a form writes passes the review, does what the form says, and can be opened in the form again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import cedarpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, Language, NetworkName, Role
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE
from policies.forms import FOLDER, Form, FormRefused, forms, read, render, told
from policies.model import Delegation, Device, Facts, Question, Ticket
from policies.parameters import Offered, Parameter, choices
from policies.reasons import Names
from policies.review import Bounds, review
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, KROMERIZ, NOW, ask

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
OFFICE = NetworkName("office")
BOUNDS = Bounds(SCHEMA, frozenset(DISTRICT), frozenset(APPLICATIONS), HULIN, frozenset({OFFICE}))
OFFERED = Offered(APPLICATIONS, [OFFICE])
BASE: dict[str, Any] = {
    "in_place_of": ["mayor"],
    "id": "my-rule",
    "roles": ["clerk"],
    "applications": ["records"],
    "actions": ["read", "write"],
    "networks": ["office"],
    "countries": ["CZ"],
    "days": [1, 2, 3, 4, 5],
    "holidays": False,
    "level": 3,
    "minutes": 30,
}


def test_days_are_told_as_each_language_writes_them() -> None:
    form = forms()["temporary-access"]
    text = render(form, filled(form), HULIN, OFFERED)
    found = read(text, HULIN)
    assert found is not None
    assert "20. 11. 2026" in dict(told(*found, Language.CZECH, OFFERED)).values()
    assert "2026-11-20" in dict(told(*found, Language.ENGLISH, OFFERED)).values()


def filled(form: Form, **others: Any) -> dict[str, Any]:
    dates = form.name == "temporary-access"
    times = {"since": "2026-11-20", "until": "2026-11-24"} if dates else {"since": "7", "until": "18"}
    times = {"since": "22", "until": "4"} if form.name == "night-hours" else times
    return BASE | times | others


def some_value(of: Parameter) -> st.SearchStrategy[Any]:
    offered = choices(of, OFFERED)
    if offered is not None:
        values = [value for value, _ in offered]
        one = of.kind in ("level", "yes_no")
        return st.sampled_from(values) if one else st.lists(st.sampled_from(values), min_size=1)
    return {
        "hour": st.integers(0, 24),
        "date": st.dates(date(1000, 1, 1), date(9999, 12, 31)).map(date.isoformat),
        "number": st.integers(of.least, of.most),
        "countries": st.lists(st.from_regex(r"[A-Z]{2}", fullmatch=True), min_size=1, max_size=3),
    }[of.kind]


@st.composite
def filled_in(draw: st.DrawFn) -> tuple[Form, dict[str, Any]]:
    form = draw(st.sampled_from(list(forms().values())))
    values = {one.name: draw(some_value(one)) for one in form.parameters}
    if "until" in values:
        assume(values["since"] != values["until"])
        night = form.name == "night-hours"
        values["since"], values["until"] = sorted([values["since"], values["until"]], reverse=night)
    assume(not (values.get("emergency") and "supplier" in values["roles"]))
    return form, values | {"id": draw(st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True))}


@given(filled_in())
def test_what_a_form_writes_passes_the_review_and_opens_in_the_form_again(
    some: tuple[Form, dict[str, Any]],
) -> None:
    form, values = some
    text = render(form, values, HULIN, OFFERED)
    reviewed = review(Path("588491.cedar"), text, BOUNDS)
    assert reviewed.problems == ()
    (policy,) = reviewed.policies
    assert policy.forbids is not form.permits
    opened = read(text, HULIN)
    assert opened is not None
    assert opened[0] == form
    assert render(form, opened[1], HULIN, OFFERED) == text


def test_every_template_is_a_form_and_speaks_both_languages() -> None:
    assert {f"{name}.toml" for name in forms()} == {file.name for file in FOLDER.iterdir()}
    assert len(forms()) >= 12
    for form in forms().values():
        for text in (form.title, form.help, *(one.label for one in form.parameters)):
            assert text[Language.CZECH].strip()
            assert text[Language.ENGLISH].strip()


def test_what_was_edited_by_hand_is_text_alone() -> None:
    text = render(forms()["hours"], filled(forms()["hours"]), HULIN)
    assert read(text, HULIN) is not None
    assert read(text.replace("hour >= 7", "hour >= 6"), HULIN) is None
    assert read(text.replace('\\"since\\": 7', '\\"since\\": 6'), HULIN) is None
    assert read(text.replace("outside_working_hours", "closed"), HULIN) is None
    assert read(text, KROMERIZ) is None
    assert read(text.replace('"hours"', '"ours"'), HULIN) is None
    assert read("permit (principal, action, resource);", HULIN) is None
    assert read("permit (", HULIN) is None
    assert read(text.replace('@parameters("{', '@parameters("'), HULIN) is None


FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("may-use", {"id": "Big Name"}, "id", "lower-case"),
    ("may-use", {"roles": []}, "roles", "Choose at least one"),
    ("may-use", {"roles": ["mayr"]}, "roles", "offered"),
    ("may-use", {"actions": "reed"}, "actions", "offered"),
    ("may-use", {"applications": ["recrods"]}, "applications", "offered"),
    ("may-use", {"applications": ['x"] || true || ["']}, "applications", "offered"),
    ("networks", {"networks": ["home"]}, "networks", "offered"),
    ("countries", {"countries": ["Česko"]}, "countries", "offered"),
    ("hours", {"since": "25"}, "since", "0 to 24"),
    ("hours", {"since": "seven"}, "since", "0 to 24"),
    ("hours", {"since": 18, "until": 9}, "until", "later than “From what hour”"),
    ("hours", {"since": 9, "until": 9}, "until", "later than “From what hour”"),
    ("hours", {"holidays": "perhaps"}, "holidays", "yes or no"),
    ("hours", {"roles": ["clerk", "supplier"], "emergency": True}, "emergency", "for the role “supplier”"),
    ("night-hours", {"roles": ["supplier"], "emergency": True}, "emergency", "for the role “supplier”"),
    ("hours", {"days": [8]}, "days", "offered"),
    ("night-hours", {"since": 3}, "since", "not be before “In the morning to what hour”"),
    ("stronger-sign-in", {"level": 1}, "level", "2 to 3"),
    ("recent-sign-in", {"minutes": 0}, "minutes", "1 to 600"),
    ("temporary-access", {"since": "24. 12. 2026"}, "since", "2026-12-24"),
    ("temporary-access", {"since": "2026-11-25"}, "until", "not be before “First day”"),
]


@pytest.mark.parametrize(("name", "changes", "field", "words"), FAULTS)
def test_what_is_not_filled_in_well_is_told_at_its_field(
    name: str, changes: dict[str, Any], field: str, words: str
) -> None:
    form = forms()[name]
    with pytest.raises(FormRefused) as raised:
        render(form, filled(form, **changes), HULIN, OFFERED)
    (fault,) = raised.value.faults
    assert fault.name == field
    assert words in fault.message[Language.ENGLISH]
    assert fault.message[Language.CZECH] not in ("", fault.message[Language.ENGLISH])


def test_every_fault_of_a_form_is_told_in_one_go() -> None:
    with pytest.raises(FormRefused) as raised:
        render(forms()["hours"], {}, HULIN)
    assert [one.name for one in raised.value.faults] == [
        "id",
        "roles",
        "applications",
        "since",
        "until",
        "days",
    ]


def test_one_day_is_a_window_and_nine_comes_before_ten() -> None:
    assert render(forms()["temporary-access"], filled(forms()["temporary-access"], until="2026-11-20"), HULIN)
    assert render(forms()["hours"], filled(forms()["hours"], since=9, until=10), HULIN)


def test_values_are_told_as_people_know_them() -> None:
    form = forms()["hours"]
    opened = read(render(form, filled(form), HULIN), HULIN)
    assert opened is not None
    assert told(*opened, Language.CZECH, OFFERED) == [
        ("Kdo (role)", "referent"),
        ("Které aplikace", "Spisová služba"),
        ("Od kolika hodin", "7"),
        ("Do kolika hodin", "18"),
        ("Které dny", "pondělí, úterý, středa, čtvrtek, pátek"),
        ("Také o státních svátcích", "ne"),
        (
            "Mimo ně v nouzovém přístupu číst a zapisovat (nejvýše hodinu, nikdy na stránkách Brány samé)",
            "ne",
        ),
        ("Mimo ně to, co někdo jiný schválil na žádost", "ne"),
    ]


def permits(form: Form, question: Question, **changes: Any) -> bool:
    """Of the form's policy and, where it forbids, one that permits everything."""
    text = render(form, filled(form, **changes), HULIN)
    if not form.permits:
        text += f'@id("everything") permit (principal, action, resource in Municipality::"{HULIN}");'
    reviewed = review(Path("588491.cedar"), text, BOUNDS)
    names = Names(DISTRICT, APPLICATIONS)
    book = PolicyBook(Source("", ()), {HULIN: Source(reviewed.text, reviewed.policies)}, names, "1")
    return bool(book.allowed(question, (question.action,)))


CLERK = (HULIN, Role.CLERK)
MAP = ApplicationId("map")
DAY = timedelta(days=1)
MANAGED = Device(managed=True, fresh=True)
TICKET = Ticket(
    approved=True,
    since=NOW - DAY,
    until=NOW + DAY,
    application=ApplicationId("records"),
    actions=frozenset({Action.READ, Action.WRITE}),
    sponsor_present=True,
)
MAYOR, REGISTRAR = frozenset({Role.MAYOR}), frozenset({Role.REGISTRAR})
FINANCE = frozenset({"finance"})
SUPPLIER = (HULIN, Role.SUPPLIER)
STRONGEST = AuthenticationLevel.PHISHING_RESISTANT
DOES: dict[str, tuple[list[Question], list[Question]]] = {
    "may-use": (
        [ask(CLERK), ask(CLERK, action=Action.WRITE)],
        [ask(CLERK, action=Action.SIGN), ask(CLERK, application=MAP), ask((HULIN, Role.MAYOR))],
    ),
    "temporary-access": (
        [
            ask(CLERK),
            ask(CLERK, now=datetime(2026, 11, 24, 22, 59, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 19, 23, 0, tzinfo=UTC), authenticated_at=NOW - 10 * DAY),
        ],
        [
            ask(CLERK, now=datetime(2026, 11, 24, 23, 0, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 19, 22, 59, tzinfo=UTC), authenticated_at=NOW - 10 * DAY),
            ask((HULIN, Role.MAYOR)),
        ],
    ),
    "deputy": (
        [ask(CLERK, facts=Facts(delegation=Delegation(since=NOW, until=NOW + DAY, roles=MAYOR)))],
        [
            ask(CLERK),
            ask(CLERK, facts=Facts(delegation=Delegation(since=NOW, until=NOW + DAY))),
            ask(CLERK, facts=Facts(delegation=Delegation(since=NOW, until=NOW + DAY, roles=REGISTRAR))),
            ask(CLERK, facts=Facts(delegation=Delegation(since=NOW - DAY, until=NOW, roles=MAYOR))),
            ask(CLERK, facts=Facts(delegation=Delegation(since=NOW + DAY, until=NOW + 2 * DAY, roles=MAYOR))),
        ],
    ),
    "supplier-under-order": (
        [ask(SUPPLIER, facts=Facts(ticket=TICKET))],
        [
            ask(SUPPLIER),
            ask(CLERK, facts=Facts(ticket=TICKET)),
            ask(SUPPLIER, action=Action.SIGN, facts=Facts(ticket=TICKET)),
            *(
                ask(SUPPLIER, facts=Facts(ticket=replace(TICKET, **other)))
                for other in (
                    {"approved": False},
                    {"sponsor_present": False},
                    {"until": NOW},
                    {"since": NOW + DAY},
                    {"application": MAP},
                    {"actions": frozenset({Action.WRITE})},
                )
            ),
        ],
    ),
    "department-files": (
        [ask(CLERK, facts=Facts(departments=FINANCE, department="finance"))],
        [
            ask(CLERK),
            ask(CLERK, facts=Facts(departments=FINANCE)),
            ask(CLERK, facts=Facts(departments=FINANCE, department="školství")),
        ],
    ),
    "hours": (
        [
            ask(CLERK),
            ask(CLERK, now=datetime(2026, 11, 23, 16, 59, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 28, 9, 0, tzinfo=UTC), application=MAP),
            ask((HULIN, Role.MAYOR), now=datetime(2026, 11, 28, 9, 0, tzinfo=UTC)),
        ],
        [
            ask(CLERK, now=datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 24, 5, 59, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 28, 9, 0, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 12, 24, 9, 0, tzinfo=UTC)),
        ],
    ),
    "night-hours": (  # 22 to 4, from Monday to Friday; in local time
        [
            ask(CLERK, now=datetime(2026, 11, 23, 21, 0, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 24, 2, 59, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 28, 2, 59, tzinfo=UTC)),
            ask(CLERK, application=MAP),
            ask((HULIN, Role.MAYOR)),
        ],
        [
            ask(CLERK),
            ask(CLERK, now=datetime(2026, 11, 23, 20, 59, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 24, 3, 0, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 28, 21, 0, tzinfo=UTC)),
            ask(CLERK, now=datetime(2026, 11, 23, 2, 0, tzinfo=UTC)),
        ],
    ),
    "stronger-sign-in": (
        [ask(CLERK, level=STRONGEST), ask(CLERK, action=Action.SIGN), ask(CLERK, application=MAP)],
        [ask(CLERK)],
    ),
    "recent-sign-in": (
        [ask(CLERK, authenticated_at=NOW - timedelta(minutes=30)), ask(CLERK, action=Action.SIGN)],
        [ask(CLERK, authenticated_at=NOW - timedelta(minutes=30, seconds=1))],
    ),
    "managed-device": (
        [ask(CLERK, facts=Facts(device=MANAGED)), ask(CLERK, application=MAP)],
        [
            ask(CLERK),
            ask(CLERK, facts=Facts(device=Device(managed=False, fresh=True))),
            ask(CLERK, facts=Facts(device=Device(managed=True, fresh=False))),
        ],
    ),
    "networks": (
        [ask(CLERK, facts=Facts(networks=frozenset({OFFICE}))), ask(CLERK, application=MAP)],
        [ask(CLERK), ask(CLERK, facts=Facts(networks=frozenset({NetworkName("home")})))],
    ),
    "countries": (
        [ask(CLERK, facts=Facts(country="CZ")), ask(CLERK, action=Action.SIGN)],
        [ask(CLERK), ask(CLERK, facts=Facts(country="SK"))],
    ),
    "read-only": (
        [
            ask(CLERK),
            ask(CLERK, action=Action.WRITE, application=MAP),
            ask((HULIN, Role.MAYOR), action=Action.SIGN),
        ],
        [ask(CLERK, action=action) for action in (Action.WRITE, Action.SIGN, Action.ADMINISTER)],
    ),
    "never": (
        [ask((HULIN, Role.MAYOR)), ask(CLERK, application=MAP)],
        [ask(CLERK), ask(CLERK, (HULIN, Role.MAYOR)), ask(CLERK, action=Action.ADMINISTER)],
    ),
}


@pytest.mark.parametrize("name", list(forms()))
def test_a_form_does_what_it_says(name: str) -> None:
    allowed, refused = DOES[name]
    form = forms()[name]
    assert [permits(form, one) for one in allowed] == [True] * len(allowed)
    assert [permits(form, one) for one in refused] == [False] * len(refused)


def test_holidays_count_as_other_days_where_that_is_chosen() -> None:
    christmas = ask(CLERK, now=datetime(2026, 12, 24, 9, 0, tzinfo=UTC))
    assert permits(forms()["hours"], christmas, holidays=True)
