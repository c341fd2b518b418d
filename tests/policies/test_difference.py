"""What differs between two sets of policies is told as people read it."""

import pytest

from config.vocabulary import Language
from policies.changed import Effect, Kind
from policies.difference import PolicyChange, difference, effect_said, told
from policies.forms import forms, render
from policies.texts import texts_of
from tests.policies.world import HULIN, MUNICIPALITIES, REGION

CS, EN = Language.CZECH, Language.ENGLISH
TEXTS = texts_of(REGION, MUNICIPALITIES)
NAME = f"municipalities/{HULIN}.cedar"
HOURS = {
    "id": "hours",
    "roles": ["accountant"],
    "applications": ["budget"],
    "since": 7,
    "until": 18,
    "days": [1, 2, 3, 4, 5],
}


def with_(old: str, new: str) -> PolicyChange:
    assert old in TEXTS[NAME]
    (one,) = difference(TEXTS, TEXTS | {NAME: TEXTS[NAME].replace(old, new, 1)}).policies
    return one


def permit(name: str) -> str:
    return f'\n@id("{name}")\npermit (principal, action, resource in Municipality::"{HULIN}");\n'


def test_the_same_texts_do_not_differ() -> None:
    assert not difference(TEXTS, dict(TEXTS))


def test_a_permit_more_weakens_and_a_permit_less_strengthens() -> None:
    found = difference(TEXTS, TEXTS | {NAME: TEXTS[NAME] + permit("further")})
    assert found
    (one,) = found.policies
    assert (one.where, one.id, one.kind, one.effect) == (HULIN, "further", Kind.ADDED, Effect.WEAKENS)
    more = TEXTS | {NAME: TEXTS[NAME] + permit("further")}
    (back,) = difference(more, TEXTS).policies
    assert (back.kind, back.effect) == (Kind.REMOVED, Effect.STRENGTHENS)
    assert difference(TEXTS, more).weakens
    assert not difference(more, TEXTS).weakens


def test_a_forbid_less_weakens() -> None:
    without = {name: text for name, text in TEXTS.items() if name != "region/10-sign-in.cedar"}
    found = difference(TEXTS, without)
    (one,) = found.policies
    assert (one.where, one.id, one.effect) == ("region", "two-factors", Effect.WEAKENS)
    assert one.title[Language.CZECH] == "Je potřeba vícefaktorové ověření"
    assert difference(without, TEXTS).policies[0].effect is Effect.STRENGTHENS


def test_a_forbid_that_became_a_permit_weakens() -> None:
    text = TEXTS["region/10-sign-in.cedar"].replace("forbid (", "permit (")
    (one,) = difference(TEXTS, TEXTS | {"region/10-sign-in.cedar": text}).policies
    assert (one.kind, one.effect) == (Kind.CHANGED, Effect.WEAKENS)


def test_another_condition_may_go_either_way_and_is_shown_line_by_line() -> None:
    one = with_('principal.roles.contains(Role::"mayor")', 'principal.roles.contains(Role::"clerk")')
    assert (one.kind, one.effect, one.fields) == (Kind.CHANGED, Effect.EITHER, ())
    assert [(line.sign, line.text.strip()) for line in one.lines if line.sign != " "] == [
        ("-", 'principal.roles.contains(Role::"mayor")'),
        ("+", 'principal.roles.contains(Role::"clerk")'),
    ]


def test_other_words_decide_nothing() -> None:
    one = with_("In {municipality} a supplier may open the map only", "A supplier opens maps")
    assert one.effect is Effect.NONE
    assert one.title[Language.ENGLISH] == "A supplier opens maps"


def test_comments_and_the_order_are_remarks() -> None:
    found = difference(TEXTS, TEXTS | {NAME: TEXTS[NAME] + "// poznámka\n"})
    assert (found.policies, found.remarks) == ((), (NAME,))
    assert found
    moved = {name: text for name, text in TEXTS.items() if name != "region/60-portal.cedar"}
    moved["region/65-portal.cedar"] = TEXTS["region/60-portal.cedar"]
    assert difference(TEXTS, moved).policies == ()


def test_what_a_form_wrote_differs_by_its_fields() -> None:
    form = forms()["hours"]
    before = TEXTS | {NAME: TEXTS[NAME] + render(form, HOURS, HULIN)}
    after = TEXTS | {NAME: TEXTS[NAME] + render(form, HOURS | {"since": 6, "until": 20}, HULIN)}
    found = difference(before, after)
    (one,) = found.policies
    assert one.form == form.title
    assert [
        (
            of.label[Language.CZECH],
            of.before and of.before[Language.CZECH],
            of.after and of.after[Language.CZECH],
        )
        for of in one.fields
    ] == [
        ("Od kolika hodin", "7", "6"),
        ("Do kolika hodin", "18", "20"),
    ]
    assert list(told(found, Language.CZECH)) == [
        "588491 hours: změněno, oslabuje: Jen 6:00–20:00, pondělí–pátek: budget (účetní)",
        "    Od kolika hodin: 7 → 6",
        "    Do kolika hodin: 18 → 20",
    ]


def test_fields_on_which_it_depends_are_named() -> None:
    form = forms()["hours"]
    before, after = (
        TEXTS | {NAME: TEXTS[NAME] + render(form, HOURS | hours, HULIN)}
        for hours in ({}, {"since": 6, "until": 16})
    )
    assert next(told(difference(before, after), Language.CZECH)) == (
        "588491 hours: změněno, záleží na okolnostech (Od kolika hodin, Do kolika hodin): "
        "Jen 6:00–16:00, pondělí–pátek: budget (účetní)"
    )


@pytest.mark.parametrize("emergency", [True, False])
@pytest.mark.parametrize(
    "more",
    [
        {"days": [1, 2, 3, 4, 5, 6]},
        {"holidays": True},
        {"requested": True},
        {"days": [1, 2, 3, 4, 5, 6], "requested": True},
    ],
)
def test_hours_that_open_for_more_weaken(more: dict[str, object], emergency: bool) -> None:
    form = forms()["hours"]
    values = HOURS | {"emergency": emergency}
    before, after = (TEXTS | {NAME: TEXTS[NAME] + render(form, values | each, HULIN)} for each in ({}, more))
    assert difference(before, after).weakens
    assert not difference(after, before).weakens


def test_what_a_form_wrote_is_told_also_where_it_is_new_or_gone_or_was_written_by_hand() -> None:
    form = forms()["hours"]
    with_it = TEXTS | {NAME: TEXTS[NAME] + render(form, HOURS, HULIN)}
    by_hand = TEXTS | {NAME: TEXTS[NAME] + permit("hours")}
    for before, after, kind, effect, title in (
        (TEXTS, with_it, Kind.ADDED, Effect.STRENGTHENS, form.title),
        (with_it, TEXTS, Kind.REMOVED, Effect.WEAKENS, form.title),
        (by_hand, with_it, Kind.CHANGED, Effect.STRENGTHENS, form.title),
        (with_it, by_hand, Kind.CHANGED, Effect.WEAKENS, None),
    ):
        (one,) = difference(before, after).policies
        assert (one.kind, one.effect, one.form) == (kind, effect, title)
        said = [
            (of.before and of.before[Language.ENGLISH], of.after and of.after[Language.ENGLISH])
            for of in one.fields
        ]
        new = [(None, "accountant"), (None, "budget"), (None, "7"), (None, "18")]
        gone = [(after, before) for before, after in new]
        assert said[:4] == {Kind.ADDED: new, Kind.REMOVED: gone, Kind.CHANGED: []}[kind]
        assert one.lines
    (line, *_) = [line for line in told(difference(TEXTS, with_it), Language.ENGLISH) if "Who" in line]
    assert line == "    Who (roles): accountant"


def test_cases_that_differ_are_named_and_files_of_which_none_does_are_remarked() -> None:
    found = difference(TEXTS, TEXTS | {"region/a.cases.toml": '[[case]]\nname = "x"\nreason = "y"\n'})
    assert not found.weakens
    assert list(told(found, Language.ENGLISH)) == [
        "region/a.cases.toml x: added, strengthens: Case: x",
        "  + [[case]]",
        '  + name = "x"',
        '  + reason = "y"',
    ]
    empty = difference(TEXTS, TEXTS | {"region/a.cases.toml": "# none yet\n"})
    assert (empty.cases, empty.remarks) == ((), ("region/a.cases.toml",))


def test_a_never_that_is_gone_weakens_also_where_no_policy_differs() -> None:
    name = "region/a.cases.toml"
    never = '[[never]]\nname = "x"\ntitle_cs = "Nikdy"\ntitle_en = "Never"\n'
    found = difference({name: never}, {name: ""})
    assert found.weakens
    first = next(told(found, Language.CZECH))
    assert first == f"{name} x: odebráno, oslabuje: Nesmí být nikdy: Nikdy"


@pytest.mark.parametrize(
    "text", ["permit (", '@id("a") permit (principal);', "permit (principal, action, resource);"]
)
def test_texts_with_faults_differ_too(text: str) -> None:
    (one,) = difference({}, {NAME: text}).policies
    assert one.kind is Kind.ADDED
    assert one.title[Language.CZECH]
    assert [line.sign for line in one.lines] == ["+"]


def test_a_permit_that_needs_what_nobody_tells_is_said_to_open_nothing() -> None:
    form = forms()["department-files"]
    values = {"id": "own-files", "roles": ["clerk"], "applications": ["records"], "actions": ["read"]}
    found = difference(TEXTS, TEXTS | {NAME: TEXTS[NAME] + render(form, values, HULIN)})
    (one,) = found.policies
    assert (one.kind, one.effect, one.beaten_by, found.weakens) == (
        Kind.ADDED,
        Effect.OPENS_NOTHING,
        None,
        False,
    )
    assert effect_said(one) == {
        CS: "nic neotevírá: Brána zatím neví, kterému odboru co patří",
        EN: "opens nothing: Brána does not know yet to which department anything belongs",
    }
    either = permit("own-files").replace(");", ") when { resource has department || principal.recovery };")
    (opens,) = difference(TEXTS, TEXTS | {NAME: TEXTS[NAME] + either}).policies
    assert (opens.effect, opens.waits_for) == (Effect.WEAKENS, None)


def test_a_permit_that_a_guardrail_always_beats_is_said_to_open_nothing() -> None:
    text = f"""
@id("admin-reads")
permit (principal is Person, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ principal.roles.contains(Role::"local_administrator") && resource in Application::"records" }};
"""
    beaten = TEXTS | {NAME: TEXTS[NAME] + text}
    found = difference(TEXTS, beaten)
    (one,) = found.policies
    assert (one.kind, one.effect, found.weakens) == (Kind.ADDED, Effect.OPENS_NOTHING, False)
    assert effect_said(one) == {
        CS: "nic neotevírá: vždy to zakáže pravidlo „Účet správce neotevírá běžné aplikace“",
        EN: "opens nothing: always forbidden by “An administrator's account opens no ordinary applications”",
    }
    gone = {name: text for name, text in TEXTS.items() if "administrators" not in name}
    brought = {one.id: one.effect for one in difference(TEXTS, gone | {NAME: beaten[NAME]}).policies}
    assert brought == {"admin-reads": Effect.WEAKENS, "administrators-only-administer": Effect.WEAKENS}
    (changed,) = difference(
        beaten, beaten | {NAME: beaten[NAME].replace('"records" };', '"map" };')}
    ).policies
    assert (changed.kind, changed.effect) == (Kind.CHANGED, Effect.OPENS_NOTHING)
    (opens,) = difference(
        beaten, beaten | {NAME: beaten[NAME].replace('"records" };', '"audit" };')}
    ).policies
    assert (opens.effect, opens.beaten_by) == (Effect.EITHER, None)


def test_a_forbid_of_another_municipality_beats_nothing_and_one_that_became_a_permit_weakens() -> None:
    everything = f'\n@id("shut") forbid (principal, action, resource in Municipality::"{HULIN}");\n'
    (_, one) = difference(TEXTS, TEXTS | {NAME: TEXTS[NAME] + everything + permit("further")}).policies[::-1]
    assert (one.id, one.effect, one.beaten_by) == (
        "further",
        Effect.OPENS_NOTHING,
        dict.fromkeys(Language, "shut"),
    )
    elsewhere = TEXTS | {"municipalities/588296.cedar": TEXTS["municipalities/588296.cedar"] + everything}
    found = {
        one.id: one.effect
        for one in difference(TEXTS, elsewhere | {NAME: TEXTS[NAME] + permit("x")}).policies
    }
    assert found["x"] is Effect.WEAKENS
    shut = TEXTS | {NAME: TEXTS[NAME] + everything}
    turned = {NAME: TEXTS[NAME] + everything.replace("forbid", "permit") + everything.replace("shut", "too")}
    assert difference(shut, shut | turned).policies[0].effect is Effect.WEAKENS


@pytest.mark.parametrize("file", [NAME, "region/99-last.cedar"])
def test_the_region_s_forbids_are_looked_at_first_and_not_more_than_a_hundred(
    file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = f'\n@id("shut") forbid (principal, action, resource in Municipality::"{HULIN}");\n'
    after = TEXTS | {file: TEXTS.get(file, "") + everything}
    asked = [text for name, text in TEXTS.items() if name.startswith("region/") or name == file]
    most = sum(text.count("\nforbid") for text in asked) + 1
    after[NAME] += permit("further")
    for number, effect in ((most - 1, Effect.WEAKENS), (most, Effect.OPENS_NOTHING)):
        monkeypatch.setattr("policies.difference.MOST_FORBIDS", number)
        found = {one.id: one.effect for one in difference(TEXTS, after).policies}
        assert found["further"] is effect
