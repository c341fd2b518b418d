"""What a policy asks for before all else: without it the policy has no say, and what it reads plays no part."""

from datetime import timedelta

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, ApplicationId, Role
from policies.compiled import Compiled
from policies.examine import SCHEMA_FILE, Examined, examine
from policies.load import load
from policies.model import Facts, Requested
from policies.request import is_timeless
from tests.policies.world import APPLICATIONS, DISTRICT, HULIN, MUNICIPALITIES, NOW, REGION, ask

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
BOOK = load(REGION, MUNICIPALITIES, DISTRICT, APPLICATIONS)


def guards(conditions: str) -> set[str]:
    found = examine(f'@id("a") permit (principal, action, resource) {conditions};', SCHEMA)
    assert isinstance(found, Examined)
    assert found.faults == ()
    return set(found.guards)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ("", set()),
        ("when { context has requested }", {"requested"}),
        (
            "when { context has ticket && context.ticket.approved && context has purpose }",
            {"ticket"},  # `approved` is read before it is known that the policy has a say
        ),
        ("when { context has ticket && context has purpose }", {"ticket", "purpose"}),
        ('when { principal.roles.contains(Role::"supplier") && context has ticket }', {"ticket"}),
        ("when { context has ticket } when { context has purpose }", {"ticket", "purpose"}),
        ("when { context has ticket || context has purpose }", set()),
        ("when { !(context has ticket) }", set()),
        ("unless { context has ticket }", set()),
        ("unless { context.time.holiday } when { context has ticket }", set()),
        ("when { context.place has country && context has ticket }", set()),
        ("when { context.sign_in.level >= 3 && context has device && context.device.managed }", set()),
        ("when { (context has purpose || context has device) && context has ticket }", {"ticket"}),
        ("when { context.sign_in.age + 1 < 5 && context has ticket }", set()),  # the sum may overflow
        ('when { context has ticket && ip("10.0.0.1").isIpv4() && context has purpose }', {"ticket"}),
        ("when { if context.time.holiday then true else false } when { context has ticket }", set()),
        ("when { resource has department && context has ticket }", {"ticket"}),
        ("when { resource has ticket || context.time.holiday }", set()),
        ("when { resource has ticket && context has purpose }", {"purpose"}),  # the name of a fact, elsewhere
        ("when { [1, 2].contains(2) && context has ticket }", {"ticket"}),
        ("when { [1, context.sign_in.level].contains(2) && context has ticket }", set()),
        ("when { context has time && context.time.holiday }", set()),  # that is always known
        ("when { context has time && context has ticket }", {"ticket"}),
    ],
)
def test_what_is_asked_for_before_anything_that_could_fail_is_a_guard(
    conditions: str, found: set[str]
) -> None:
    assert guards(conditions) == found


def compiled() -> Compiled:
    found = BOOK._policies_of(HULIN)
    assert found is not None
    return found


def test_whoever_asked_for_nothing_is_looked_at_by_no_clock() -> None:
    asked = Requested(
        since=NOW, until=NOW + timedelta(hours=1), application=ApplicationId("map"), actions=frozenset(Action)
    )
    assert is_timeless(compiled().looks_at(Action.WRITE, Facts()))
    assert ("time", "now") in compiled().looks_at(Action.WRITE, Facts(requested=asked))


@settings(max_examples=60, deadline=None)
@given(
    role=st.sampled_from(list(Role)),
    application=st.sampled_from(list(APPLICATIONS)),
    action=st.sampled_from(list(Action)),
    purpose=st.sampled_from([None, "dotaz"]),
    hours=st.sampled_from([None, -2, -1, 1]),
)
def test_what_is_left_out_changes_no_verdict(
    role: Role, application: ApplicationId, action: Action, purpose: str | None, hours: int | None
) -> None:
    requested = (
        None
        if hours is None
        else Requested(
            since=NOW + timedelta(hours=hours),
            until=NOW + timedelta(hours=hours + 2),
            application=application,
            actions=frozenset({Action.READ, Action.WRITE}),
        )
    )
    facts = Facts(purpose=purpose, requested=requested)
    question = ask((HULIN, role), application=application, action=action, facts=facts)
    whole = cedarpy.is_authorized(
        *of_everything(question, action),
    )
    assert (action in BOOK.allowed(question, [action])) == whole.allowed


def of_everything(question, action):
    """The same question to Cedar itself, with all there is to know."""
    from policies.parties import entities, parties  # noqa: PLC0415
    from policies.request import requests  # noqa: PLC0415

    (asked,) = requests(question, [action])
    return asked, compiled().handle, cedarpy.Entities.from_json_str(entities(parties(question)))
