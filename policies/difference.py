"""What differs between two sets of policies, policy by policy, as people read it.

What weakens is told from syntax alone: a permit more, a forbid less, a forbid that became a permit, or one whose
conditions prove it (policies/grown.py). Of others whose conditions changed it says only that it depends on the
circumstances: cases, the matrix and the reader see which. A
permit that a forbid beside it certainly beats opens nothing (policies/beaten.py), nor does one that needs what no part
of the product tells (policies/not_supplied.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from config.vocabulary import Language, MunicipalityCode
from policies.beaten import beaten_by
from policies.case_difference import SORT_TITLES, CaseChange, case_changes
from policies.case_difference import TITLE_STAYS as CASE_TITLE_STAYS
from policies.changed import EFFECTS, KINDS, Effect, Kind, Line, kind_of, lines_between
from policies.forms import Form, Values, called, read
from policies.grown import Way, grown
from policies.model import Text
from policies.not_supplied import waits_for
from policies.parameters import ANYTHING, Offered, shown
from policies.parsed import parsed
from policies.reasons import CS, EN, without_names
from policies.roles_named import ADDED, GONE, TITLE_STAYS, roles_changed
from policies.statements import split
from policies.texts import CASES, Texts

REGION = "region"
ALWAYS_FORBIDDEN: Text = {CS: "{}: vždy to zakáže pravidlo „{}“", EN: "{}: always forbidden by “{}”"}
MOST_FORBIDS = 100
"""That are looked at for one permit, the region's first: a text nobody has approved may have hundreds of both."""
Key = tuple[str, str]
"""Place and id of a policy; of one that has none, or cannot be read, its text."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Of a policy that a form wrote: before and after; of one that is new or gone, one of them is None."""

    label: Text
    before: Text | None
    after: Text | None


@dataclass(frozen=True, slots=True)
class PolicyChange:
    where: str
    """`region`, or the code of the municipality."""
    id: str
    kind: Kind
    effect: Effect
    title: Text
    form: Text | None
    """Title of the form that wrote it, as it is now or, where it was removed, as it was."""
    fields: tuple[FieldChange, ...]
    lines: tuple[Line, ...]
    beaten_by: Text | None = None
    """Title of the forbid by which this permit opens nothing."""
    waits_for: Text | None = None
    """What is known nowhere, and this permit opens nothing without."""
    roles: tuple[Text | None, Text | None] | None = None
    """Of one whose text was changed: roles that it names now and did not before, and the other way round; None where
    there are none.
    """
    title_stays: bool = False
    """Though the roles changed."""


@dataclass(frozen=True, slots=True)
class Difference:
    policies: tuple[PolicyChange, ...]
    cases: tuple[CaseChange, ...]
    remarks: tuple[str, ...]
    """Files of which nothing but comments or the order differs."""

    def __bool__(self) -> bool:
        return bool(self.policies or self.cases or self.remarks)

    @property
    def weakens(self) -> bool:
        effects = [*(one.effect for one in self.policies), *(one.effect for one in self.cases)]
        return Effect.WEAKENS in effects


@dataclass(frozen=True, slots=True)
class _Policy:
    text: str
    forbids: bool
    rest: Any
    """All of it but the annotations."""
    annotations: Mapping[str, str]
    written_by: tuple[Form, Values] | None


def difference(before: Texts, after: Texts, offered: Offered = ANYTHING) -> Difference:
    """Between texts by name; they need not be without faults."""
    old, new = _policies(before), _policies(after)
    changes = [
        change
        for key in sorted(old.keys() | new.keys())
        if (change := _change(key, old.get(key), new, offered)) is not None
    ]
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    cases = [
        change
        for name in names
        if name.endswith(CASES)
        for change in case_changes(name, before.get(name), after.get(name))
    ]
    touched, told_of = {one.where for one in changes}, {one.file for one in cases}
    return Difference(
        policies=tuple(changes),
        cases=tuple(cases),
        remarks=tuple(
            name
            for name in names
            if name not in told_of and (name.endswith(CASES) or _where(name) not in touched)
        ),
    )


def going_back(found: Difference) -> Difference:
    """To texts that were in force as they are: a title that held with them holds again."""
    return replace(
        found,
        policies=tuple(replace(one, title_stays=False) for one in found.policies),
        cases=tuple(replace(one, title_stays=False) for one in found.cases),
    )


def _where(name: str) -> str:
    folder, _, file = name.partition("/")
    return REGION if folder == REGION else file.partition(".")[0]


def _policies(texts: Texts) -> dict[Key, _Policy]:
    found: dict[Key, _Policy] = {}
    for name in sorted(texts):
        if not name.endswith(CASES):
            for statement in split(texts[name]):
                policy = _policy(statement.text, _where(name))
                found[_where(name), policy.annotations.get("id") or statement.text] = policy
    return found


def _policy(text: str, where: str) -> _Policy:
    try:
        (policy,) = parsed(text)["staticPolicies"].values()
    except ValueError:
        return _Policy(text, text.lstrip().startswith("forbid"), text, {}, None)
    annotations = {name: value or "" for name, value in policy.pop("annotations", {}).items()}
    written_by = read(text, MunicipalityCode(where)) if where != REGION else None
    return _Policy(text, policy["effect"] == "forbid", policy, annotations, written_by)


def _change(
    key: Key, old: _Policy | None, after: Mapping[Key, _Policy], offered: Offered
) -> PolicyChange | None:
    new = after.get(key)
    if (old and old.text) == (new and new.text):
        return None
    shown_of = new or old
    assert shown_of is not None
    where, identifier = key
    form = shown_of.written_by
    effect = _effect(old, new)
    fields = tuple(_fields(old, new, offered))
    roles = roles_changed(old.rest, new.rest) if old is not None and new is not None and not fields else None
    title = _title(shown_of, identifier, offered)
    might_open = new is not None and _might_open(old, effect)
    beating = _beating(where, new, after, offered) if new is not None and might_open else None
    waits = _waiting(new) if new is not None and might_open else None
    return PolicyChange(
        where=where,
        id=shown_of.annotations.get("id", ""),
        kind=kind_of(old is not None, new is not None),
        effect=effect if beating is None and waits is None else Effect.OPENS_NOTHING,
        title=title,
        form=None if form is None else form[0].title,
        fields=fields,
        lines=tuple(lines_between(old.text if old else "", new.text if new else "")),
        beaten_by=beating,
        waits_for=waits,
        roles=roles,
        title_stays=roles is not None and old is not None and _title(old, identifier, offered) == title,
    )


def _might_open(old: _Policy | None, effect: Effect) -> bool:
    """A forbid that became a permit opens what it forbade, whatever beats the permit."""
    return effect is not Effect.NONE and (old is None or not old.forbids)


def _beating(where: str, permit: _Policy, after: Mapping[Key, _Policy], offered: Offered) -> Text | None:
    """The forbid, of those that are asked wherever the permit is; what cannot be read beats nothing."""
    if permit.forbids or not isinstance(permit.rest, dict):
        return None
    asked = [
        (identifier, one)
        for asked_at in dict.fromkeys((REGION, where))
        for (place, identifier), one in after.items()
        if place == asked_at and one.forbids and isinstance(one.rest, dict)
    ][:MOST_FORBIDS]
    number = beaten_by(permit.rest, [one.rest for _, one in asked])
    return None if number is None else _title(asked[number][1], asked[number][0], offered)


def _waiting(one: _Policy) -> Text | None:
    return waits_for(one.rest) if not one.forbids and isinstance(one.rest, dict) else None


def _effect(old: _Policy | None, new: _Policy | None) -> Effect:
    if old is None or new is None:
        more, one = old is None, old or new
        assert one is not None
        return Effect.WEAKENS if more is not one.forbids else Effect.STRENGTHENS
    if old.forbids is not new.forbids:
        return Effect.WEAKENS if old.forbids else Effect.STRENGTHENS
    if old.rest == new.rest:
        return Effect.NONE
    way = grown(old.rest, new.rest) if isinstance(old.rest, dict) and isinstance(new.rest, dict) else None
    if way is (Way.LESS if old.forbids else Way.MORE):
        return Effect.WEAKENS
    # A forbid that fails refuses too: one that asks for less may have failed before.
    return Effect.STRENGTHENS if way is Way.LESS and not old.forbids else Effect.EITHER


def _title(of: _Policy, identifier: str, offered: Offered) -> Text:
    """What people read of it: of one that a form wrote, what was filled in; of a forbid, its words; else its name."""
    if of.written_by is not None:
        return called(*of.written_by, offered)
    named = of.annotations.get("id") or identifier.partition("\n")[0]
    return without_names(
        {language: of.annotations.get(f"title_{language}") or named for language in Language}
    )


def title_in_text(file: str, text: str, named: str, offered: Offered = ANYTHING) -> Text:
    """Of one policy of that file, which may have faults. `named`: what it is called where nobody named it."""
    return _title(_policy(text, _where(file)), named, offered)


def _fields(old: _Policy | None, new: _Policy | None, offered: Offered) -> Iterator[FieldChange]:
    one_of_them = (old or new) if old is None or new is None else None
    if one_of_them is not None:
        if one_of_them.written_by is not None:
            form, values = one_of_them.written_by
            for one in form.parameters:
                said = {language: shown(one, values[one.name], language, offered) for language in Language}
                before, after = (None, said) if old is None else (said, None)
                yield FieldChange(label=one.label, before=before, after=after)
        return
    assert old is not None
    assert new is not None
    if old.written_by is None or new.written_by is None:
        return
    (form, was), (other, now) = old.written_by, new.written_by
    for one in form.parameters if form == other else ():
        if was[one.name] != now[one.name]:
            yield FieldChange(
                label=one.label,
                before={language: shown(one, was[one.name], language, offered) for language in Language},
                after={language: shown(one, now[one.name], language, offered) for language in Language},
            )


def effect_said(one: PolicyChange | CaseChange) -> Text:
    """With the fields on which it depends, where a form knows them."""
    effect = EFFECTS[one.effect]
    if isinstance(one, PolicyChange) and one.beaten_by is not None:
        return {each: ALWAYS_FORBIDDEN[each].format(effect[each], one.beaten_by[each]) for each in Language}
    if isinstance(one, PolicyChange) and one.waits_for is not None:
        return {each: f"{effect[each]}: {one.waits_for[each]}" for each in Language}
    if isinstance(one, CaseChange) or one.effect is not Effect.EITHER or not one.fields:
        return effect
    return {each: f"{effect[each]} ({', '.join(of.label[each] for of in one.fields)})" for each in Language}


def told(found: Difference, language: Language) -> Iterator[str]:
    """For a terminal, line by line."""
    for one in found.policies:
        what = f"{KINDS[one.kind][language]}, {effect_said(one)[language]}"
        yield f"{one.where} {one.id}: {what}: {one.title[language]}"
        if one.roles is not None:
            for label, said in zip((ADDED, GONE), one.roles, strict=True):
                if said is not None:
                    yield f"    {label[language]}: {said[language]}"
            if one.title_stays:
                yield f"    {TITLE_STAYS[language]}"
        if one.fields:
            for of in one.fields:
                both = [one[language] for one in (of.before, of.after) if one is not None]
                yield f"    {of.label[language]}: {' → '.join(one for one in both if one)}"
        else:
            yield from (f"  {line.sign} {line.text}" for line in one.lines)
    for case in found.cases:
        what = f"{KINDS[case.kind][language]}, {effect_said(case)[language]}"
        sort = "" if case.sort is None else f"{SORT_TITLES[case.sort][language]}: "
        yield f"{case.file} {case.name}".rstrip() + f": {what}: {sort}{case.title[language]}"
        if case.title_stays:
            yield f"    {CASE_TITLE_STAYS[language]}"
        yield from (f"  {line.sign} {line.text}" for line in case.lines)
    only = {CS: "liší se jen poznámky nebo pořadí", EN: "only comments or the order differ"}[language]
    yield from (f"{name}: {only}" for name in found.remarks)
