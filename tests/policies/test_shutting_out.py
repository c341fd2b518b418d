"""A change that closes the pages of policies to whoever could approve there is told; where it is certain, refused."""

from collections.abc import Mapping
from functools import partial

import pytest

from config.vocabulary import Language
from policies import shutting_out
from policies.approving import Spent
from policies.brought import faults_brought, left_open_to_nobody
from policies.shutting_out import narrowed, shut_out
from policies.texts import texts_of
from tests.policies.world import DISTRICT, HULIN, MUNICIPALITIES, REGION

CS, EN = Language.CZECH, Language.ENGLISH
TEXTS = texts_of(REGION, MUNICIPALITIES)
FILE, COMMON = f"municipalities/{HULIN}.cedar", "region/45-policies.cedar"
HERE = f'resource in Municipality::"{HULIN}"'
POLICIES, PORTAL = 'resource in Application::"policies"', 'resource in Application::"portal"'
APPROVERS = '[Role::"mayor", Role::"chief_clerk", Role::"security_officer"]'
HOURS = "context.time.hour >= 7 && context.time.hour < 18"


def forbid(conditions: str, action: str = "action", where: str = HERE) -> str:
    words = "".join(f'@{name}_{of}("X")\n' for name in ("title", "advice") for of in ("cs", "en"))
    return f'\n@id("x")\n@reason("x_y")\n{words}forbid (principal, {action}, {where})\n{conditions};\n'


def here(conditions: str, action: str = "action") -> Mapping[str, str]:
    return TEXTS | {FILE: TEXTS[FILE] + forbid(conditions, action)}


def everywhere(conditions: str) -> Mapping[str, str]:
    return TEXTS | {"region/99-x.cedar": forbid(conditions, where="resource")}


def faults(after: Mapping[str, str], before: Mapping[str, str] = TEXTS) -> list[str]:
    return [one.in_languages()[EN] for one in shut_out(before, after, DISTRICT)]


def doubts(after: Mapping[str, str], language: Language = EN) -> list[str]:
    return [one.in_languages()[language] for one in narrowed(TEXTS, after, DISTRICT)]


@pytest.mark.parametrize(
    ("after", "closed"),
    [
        (here(""), "approve policies or roll them back"),
        (here(f"when {{ {POLICIES} }}"), "approve policies or roll them back"),
        (here(f"when {{ {POLICIES} }}", 'action == Action::"sign"'), "approve policies or roll them back"),
        (here(f"when {{ {POLICIES} }}", 'action == Action::"read"'), "approve policies or roll them back"),
        (
            here(f"when {{ {POLICIES} && principal.roles.containsAny({APPROVERS}) }}"),
            "approve policies or roll them back",
        ),
        (here(f"when {{ {POLICIES} }}", 'action == Action::"write"'), "draft policies"),
        (here(f"when {{ {PORTAL} }}"), "open the portal"),
        (here(f"when {{ {PORTAL} && principal.roles.containsAny({APPROVERS}) }}"), "open the portal"),
        (here(f"when {{ {POLICIES} }} unless {{ principal.roles.isEmpty() }}"), "approve policies or roll"),
    ],
)
def test_what_closes_them_for_certain_is_a_fault_in_both_languages(
    after: Mapping[str, str], closed: str
) -> None:
    (told,) = faults(after)
    assert told.startswith(f"{FILE}: ")
    assert closed in told
    assert "(Hulín)" in told
    assert doubts(after) == [], "once is enough"
    (fault,) = [one for one in faults_brought(TEXTS, after, DISTRICT, ()) if one.line == 0]
    assert "Hulín" in fault.in_languages()[CS]
    assert fault in left_open_to_nobody(TEXTS, after, DISTRICT), "a roll back brings it about neither"


def test_who_takes_the_region_its_permits_is_told_once_with_how_many_municipalities() -> None:
    text = TEXTS[COMMON]
    begin, end = text.index('@id("policies-approve")'), text.index('@id("policies-administer")')
    (told,) = faults(TEXTS | {COMMON: text[:begin] + text[end:]})
    assert told.startswith(
        f"{COMMON}: nobody could approve policies or roll them back any more (Bařice-Velké "
    )
    assert (
        f"and {len([one for one in TEXTS if one.endswith('.cedar') and one.startswith('muni')]) - 3} more"
        in told
    )


def test_what_nobody_could_before_the_change_does_not_bring() -> None:
    closed = here(f"when {{ {POLICIES} }}")
    worse = closed | {FILE: closed[FILE] + forbid(f"when {{ {POLICIES} }}").replace('"x"', '"y"')}
    assert faults(worse, before=closed) == []
    assert narrowed(closed, worse, DISTRICT) == []
    assert faults(TEXTS, before=closed) == []
    assert faults(closed, before={}) == [], "with nothing in force nothing is taken away"


@pytest.mark.parametrize(
    "after",
    [
        TEXTS,
        here('when { resource in Application::"records" }'),
        here(f"when {{ {POLICIES} }} unless {{ context.sign_in.level >= 3 }}"),
        here(f"when {{ {POLICIES} }} unless {{ context has device && context.device.managed }}"),
        here(f'when {{ {POLICIES} }} unless {{ context.place.networks.contains(Network::"office") }}'),
        here(f"when {{ {POLICIES} }} unless {{ context.place.tunnel }}"),
        here(f'when {{ {POLICIES} }} when {{ context.place.networks.contains(Network::"guests") }}'),
        here(f'when {{ {POLICIES} && principal.roles.contains(Role::"mayor") }}'),
        here(
            f"when {{ {POLICIES} }} unless {{ context has author && context.author != principal }}",
            'action == Action::"sign"',
        ),
        here(f"when {{ {POLICIES} }} unless {{ context.time.hour >= 0 }}"),
        TEXTS | {FILE: TEXTS[FILE] + forbid(f"when {{ {POLICIES} }}") + "broken ("},
    ],
)
def test_what_somebody_who_does_everything_right_can_meet_is_not_told(after: Mapping[str, str]) -> None:
    assert faults(after) == []
    assert doubts(after) == []


def test_hours_in_which_alone_it_could_be_taken_back_are_said() -> None:
    mondays = here(f"when {{ {POLICIES} }} unless {{ context.time.weekday == 1 && {HOURS} }}")
    assert faults(mondays) == [], "somebody still can"
    (told,) = doubts(mondays)
    assert "in these hours alone: Monday 7:00–18:00 (Hulín)" in told
    (told,) = doubts(mondays, CS)
    assert "jen v těchto hodinách: pondělí 7:00–18:00 (Hulín); dnes to jde i jindy" in told
    two = here(
        f"when {{ {PORTAL} }} unless {{ {HOURS} && context.time.hour != 12 && context.time.weekday <= 5 ||"
        " context.time.weekday == 6 && context.time.hour == 23 }"
    )
    (told,) = doubts(two)
    assert "alone: Monday–Friday 7:00–12:00, 13:00–18:00; Saturday 23:00–24:00 (Hulín)" in told


def test_hours_that_were_closed_before_are_not_told_again() -> None:
    mondays = here(f"when {{ {POLICIES} }} unless {{ context.time.weekday == 1 }}")
    keys = forbid(f"when {{ {POLICIES} }} unless {{ context.sign_in.level >= 3 }}").replace('"x"', '"y"')
    assert narrowed(mondays, mondays | {FILE: mondays[FILE] + keys}, DISTRICT) == []


def test_of_days_one_is_named_and_where_nobody_is_found_that_is_said() -> None:
    (told,) = doubts(here(f'when {{ {POLICIES} && context.time.date >= datetime("2027-01-15") }}'))
    assert "rolled back on 15 Jan 2027 at 10:00, for example (Hulín)" in told
    (told,) = doubts(here(f"when {{ {POLICIES} && context.time.holiday }}"), CS)
    assert "například 24. 12. 2026 v 10:00 (Hulín)" in told
    for doubtful in (
        'context.place has address && context.place.address.isInRange(ip("10.0.0.0/8"))',
        'principal == Person::"3f0c1f6e-0000-4000-8000-000000000000"',
        "context has purpose",
        'context.time.of_day < duration("10m")',
    ):
        after = here(f"when {{ {POLICIES} }} unless {{ {doubtful} }}")
        assert faults(after) == [], "somebody may be able to"
        (told,) = doubts(after)
        assert "we found nobody who could approve policies" in told


def test_hours_of_the_region_are_told_once_and_cost_no_more_than_there_is_to_spend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    after = everywhere(f"when {{ {POLICIES} }} unless {{ context.time.weekday == 1 && {HOURS} }}")
    (told,) = doubts(after)
    assert told.startswith("region/99-x.cedar: ")
    assert "Monday 7:00–18:00 (Bařice-Velké Těšany, Bezměrov, Břest and " in told
    monkeypatch.setattr(shutting_out, "Spent", partial(Spent, 100))
    later = after | {"region/98-y.cedar": forbid("when { context.time.hour == 3 }", where="resource")}
    assert doubts(later) == [], "of what could not be asked any more nothing is said"


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 5_000 + "true" + ")" * 5_000,
        "if true then " * 2_000 + "true" + " else false" * 2_000,
        " && ".join(["true"] * 5_000),
    ],
    ids=["brackets", "choices", "chain"],
)
def test_what_is_too_deep_for_cedar_ends_no_process_and_is_no_fault_of_this_kind(deep: str) -> None:
    """Its own fault is told where statements are reviewed."""
    after = here(f"when {{ {deep} }}")
    assert (faults(after), doubts(after)) == ([], [])
