"""A preview as a person reads it, and as a program does."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from config.alphabet import alphabetical
from config.district import District
from config.settings import Directory, RoleMapping
from config.vocabulary import Language, MunicipalityCode, Role
from gateway.sessions.session import RolesHeld, Session
from idp.directory.person import AccountState
from idp.directory.spelling import strictly
from idp.directory.subject import identity_of
from idp.directory.survey import Holder, Survey

MOST_LISTED = 20  # of one kind of trouble, on a screen; the JSON has all


@dataclass(frozen=True, slots=True)
class Subjected:
    """An open session, and what the preview would make of its roles."""

    login: str
    session: str
    known: bool
    """Whether the person is in the directory at all; who is not is signed out."""
    gained: RolesHeld
    lost: RolesHeld

    @staticmethod
    def of(session: Session, survey: Survey, identities: Collection[str]) -> "Subjected":
        identity = identity_of(session.subject)
        holder = survey.holders.get(identity)
        before, after = set(session.roles), set(holder.roles() if holder is not None else ())
        return Subjected(
            session.login,
            session.id,
            identity in identities,
            tuple(sorted(after - before)),
            tuple(sorted(before - after)),
        )

    @property
    def changes(self) -> bool:
        return bool(self.gained or self.lost) or not self.known


@dataclass(frozen=True, slots=True)
class Preview:
    directory: Directory
    survey: Survey
    sessions: Sequence[Subjected] | None
    """None: not compared."""
    lines: Sequence[int]
    """Where each rule stands in the configuration."""
    known: bool
    """Whether the directory has the person who was asked for, if one was."""

    def rule(self, number: int) -> str:
        """`roles[3]: group cn=… (line 97)`, as the configuration counts them."""
        return f"roles[{number}]: {_source(self.directory.roles[number])} (line {self.lines[number]})"


def show(preview: Preview, district: District, login: str, out: Console) -> None:
    found = preview.survey
    if login:
        _show_person(preview, district, login, out)
        return
    without = found.people - len([one for one in found.holders.values() if one.roles()])
    out.print(
        f"{preview.directory.name}: {found.people} people, {found.groups} groups, {without} people without a role"
    )
    table = Table("municipality", "people with each role", box=None)
    for code in sorted(
        {code for code, _ in found.places}, key=lambda code: alphabetical(district.name(code))
    ):
        held = [(role, found.places[code, role]) for role in Role if (code, role) in found.places]
        roles = ", ".join(f"{role.title_in(Language.ENGLISH)} {count}" for role, count in held)
        table.add_row(f"{district.name(code)} ({code})", roles)
    out.print(table)
    for kind, lines in (*_problems(preview, district), *_remarks(preview)):
        if lines:
            out.print(f"\n{kind}:")
            for line in lines[:MOST_LISTED]:
                out.print(f"  {line}", soft_wrap=True)
            if len(lines) > MOST_LISTED:
                out.print(f"  … and {len(lines) - MOST_LISTED} more; --output json lists all")
    _show_changes(preview, district, out)
    out.print("" if found.has_problems() else "\nNothing is wrong.")


def _show_person(preview: Preview, district: District, login: str, out: Console) -> None:
    holders = [one for one in preview.survey.holders.values() if _is(one, login)]
    if preview.known and not holders:
        out.print(f"{preview.directory.name}: nothing gives {login} a role here")
    for holder in holders:
        table = Table(
            "role", "municipality", "by", title=f"{holder.person.name} ({holder.person.dn})", box=None
        )
        for role, code, by in _reasons(holder, preview):
            table.add_row(role.title_in(Language.ENGLISH), f"{district.name(code)} ({code})", by)
        out.print(table)


def _reasons(holder: Holder, preview: Preview) -> Iterator[tuple[Role, MunicipalityCode, str]]:
    for one in holder.given:
        refused = "" if one.allowed else "; not given: the directory has no say there"
        yield one.held.role, one.held.municipality, f"{preview.rule(one.rule)}{refused}"
    for stand_in in holder.standing_in:
        yield stand_in.held.role, stand_in.held.municipality, f"in place of {stand_in.in_place_of}"


def _is(holder: Holder, login: str) -> bool:
    return strictly(login) in {strictly(one) for one in holder.person.logins}


def _source(rule: RoleMapping) -> str:
    for name in ("group", "unit", "person"):
        if (value := getattr(rule, name)) is not None:
            return f"{name} {value}"
    return f"{rule.attribute} = {rule.value}"


def _problems(preview: Preview, district: District) -> Iterator[tuple[str, list[str]]]:
    found = preview.survey
    yield "Rules that give nobody anything", [preview.rule(one) for one in found.idle_rules]
    yield (
        "Groups whose names are nearly those of a rule",
        [
            f"{one.group}: {preview.rule(one.rule)}" + ("; no such municipality" if one.same else "")
            for one in found.near
        ],
    )
    yield (
        "Roles outside the directory's municipalities, given to nobody",
        [
            f"{preview.rule(rule)}: {count} in {district.name(code)} ({code})"
            for (rule, code), count in sorted(found.outside.items())
        ],
    )
    yield "Groups that contain themselves", list(found.circles)
    yield (
        "Logins and addresses of several people; nobody signs in by them",
        [f"{text}: {'; '.join(names)}" for text, names in sorted(found.duplicates.items())],
    )
    yield "Entries that cannot be used", [f"{one.dn}: {one.what}" for one in found.problems]
    yield (
        "What is told of people's work and cannot be read; it counts as unknown",
        [f"{one.dn}: {one.what}" for one in found.work.unreadable],
    )
    yield "Administrators who have ordinary roles too", list(found.mixed)
    yield "Deputies, or those they stand in for, who are not there", list(found.unknown_deputies)


def _remarks(preview: Preview) -> Iterator[tuple[str, list[str]]]:
    """Worth knowing; nothing is wrong with it."""
    found = preview.survey
    states = {state: found.states[state] for state in AccountState if state in found.states}
    yield (
        "Accounts that may not be used now",
        [f"{count} {state}" for state, count in states.items() if state is not AccountState.ACTIVE],
    )
    yield "Groups that give a role to members of groups in them too", list(found.nested)
    yield (
        "What is known of people's work",
        [f"{fact} of {count} people" for fact, count in found.work.known.items()],
    )


def _show_changes(preview: Preview, district: District, out: Console) -> None:
    if preview.sessions is None:
        return
    changed = [one for one in preview.sessions if one.changes]
    end = ":" if changed else ""
    out.print(f"\n{len(preview.sessions)} open sessions, of which {len(changed)} would change{end}")
    for one in changed:
        if not one.known:
            out.print(f"  {one.login} ({one.session}): is not in the directory, and would be signed out")
        for sign, roles in (("+", one.gained), ("-", one.lost)):
            for code, role in roles:
                title = role.title_in(Language.ENGLISH)
                out.print(f"  {one.login} ({one.session}): {sign} {title} in {district.name(code)} ({code})")


def content(preview: Preview, district: District, login: str) -> dict[str, Any]:
    """Everything, for programs. `login`: only that person among the people."""
    found, directory = preview.survey, preview.directory
    return {
        "directory": directory.name,
        "people": found.people,
        "groups": found.groups,
        "roles": [
            {"municipality": code, "municipality_name": district.name(code), "role": role, "people": count}
            for (code, role), count in sorted(found.places.items())
        ],
        "rules": [
            {"rule": preview.rule(number), "people": found.by_rule.get(number, 0)}
            for number in range(len(directory.roles))
        ],
        "holders": [
            _holder(one, preview) for one in found.holders.values() if not login or _is(one, login)
        ],
        "work": dict(found.work.known),
        "problems": {kind: lines for kind, lines in _problems(preview, district) if lines},
        "remarks": {kind: lines for kind, lines in _remarks(preview) if lines},
        "sessions": None
        if preview.sessions is None
        else [
            {"login": one.login, "session": one.session, "known": one.known,
             "gained": one.gained, "lost": one.lost}
            for one in preview.sessions
            if one.changes
        ],
    }  # fmt: skip


def _holder(holder: Holder, preview: Preview) -> dict[str, Any]:
    return {
        "login": holder.person.logins[0],
        "name": holder.person.name,
        "dn": holder.person.dn,
        "roles": [
            {"role": role, "municipality": code, "by": by} for role, code, by in _reasons(holder, preview)
        ],
    }
