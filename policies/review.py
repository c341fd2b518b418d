"""Read one policy file strictly: every statement becomes a reviewed policy, or a problem with its remedy."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import cedarpy

from config.problem import Problem
from config.vocabulary import ApplicationId, Language, MunicipalityCode, NetworkName, Role, RouteName
from policies import review_words as words
from policies.bound import too_much
from policies.comparisons import EVERYTHING as ANYTHING
from policies.comparisons import Learnt
from policies.examine import Examined, Unreadable, examine
from policies.fault import EN, Fault, Hole, Words, filled
from policies.hidden import hidden
from policies.misspelt import closest, closest_code, unknown
from policies.model import AskFor, Text
from policies.needs import NOTHING_CERTAIN, Needs
from policies.reading import Path as ReadPath
from policies.reading import Word
from policies.reasons import OWN_TO_THE_ENGINE, PLACEHOLDER, PLACEHOLDERS, Wording
from policies.request import EVERYTHING
from policies.statements import Statement, split

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
REASON = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
TEXTS = ("title_cs", "title_en", "advice_cs", "advice_en")
OF_INCIDENTS = ("incident-", "incident_")
"""How ids and reasons of the incident switch begin (policies/incidents.py)."""
KNOWN_ANNOTATIONS = frozenset({"id", "reason", "doc", "template", "parameters", "ask_for", *TEXTS})
SUPPLIES = {
    AskFor.ACCESS: "requested",
    AskFor.ORDER: "ticket",
    AskFor.EMERGENCY: "emergency",
    AskFor.PURPOSE: "purpose",
}
"""What is known in the context of a request once it was asked for."""
QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Policy:
    """One reviewed statement."""

    id: str
    forbids: bool
    reason: str
    """Named reason of a forbid; empty for a permit."""
    wording: Wording | None
    """Of a forbid: what the refused person reads."""
    file: Path
    line: int
    column: int
    actions: frozenset[str] | None = None
    """Actions its scope names; None: all."""
    looks_at: frozenset[tuple[str, ...]] = EVERYTHING
    """Which of the circumstances it reads, as paths below `context`."""
    attributes: frozenset[str] | None = None
    """Every name of an attribute that stands in it; None: not known, so it may read any."""
    named: frozenset[str] = frozenset()
    """People and technical accounts that it names."""
    learns: Learnt = ANYTHING
    """What it can tell apart in the circumstances."""
    guards: frozenset[str] = frozenset()
    """Circumstances without which it cannot apply."""
    title: Text | None = None
    """What it is called, as far as somebody has called it something; a forbid's may have placeholders."""
    technical: bool = False
    """It speaks of technical accounts alone."""
    reads: frozenset[ReadPath] = frozenset()
    """All that it reads, for whoever explains it."""
    compares: frozenset[Word] = frozenset()
    """What it compares with which texts and names."""
    needs: Needs = NOTHING_CERTAIN
    """Without which it cannot apply, of action, application and roles."""
    by_form: str = ""
    """Its text, of one in a municipality's file that says a form wrote it: the form names it (policies/forms.py)."""

    @property
    def reads_of_device(self) -> frozenset[str]:
        """Which facts of the device it reads."""
        return frozenset(path[1] for path in self.looks_at if path[:1] == ("device",) and len(path) > 1)


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What the review of one file found. `text` holds its reviewed statements and nothing else."""

    path: Path
    text: str
    policies: tuple[Policy, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a file may speak of."""

    schema: cedarpy.Schema
    district: frozenset[MunicipalityCode]
    applications: frozenset[ApplicationId] | None = None
    """None: not known here, so any application may be named."""
    only: MunicipalityCode | None = None
    """Set for a municipality's own file: its policies must concern this municipality alone."""
    networks: frozenset[NetworkName] | None = None
    """As the applications."""
    routes: frozenset[RouteName] | None = None
    """As the applications."""
    incidents: bool = False
    """Made by the incident switch, whose names nobody else may take."""
    examined: dict[str, Examined | Unreadable] = field(default_factory=dict, compare=False, repr=False)
    """By statement, in one reading: municipalities' policies resemble each other."""


def review(path: Path, text: str, bounds: Bounds) -> PolicyFile:
    policies: list[Policy] = []
    problems: list[Problem] = []
    sources: list[str] = []
    seen: dict[str, int] = {}
    if bounds.only is not None and (much := too_much(text)) is not None:
        return PolicyFile(path, "", (), (much.at(path, 0),))
    if (unseen := hidden(text)) is not None:
        line, column, fault = unseen
        return PolicyFile(path, "", (), (fault.at(path, line, column),))
    for statement in split(text):
        examined = _examine(statement.text, bounds)
        if isinstance(examined, Unreadable):
            problems.append(_at(path, statement, examined.fault, examined.near))
            continue
        found = list(_problems_of(path, statement, examined, bounds))
        identifier = examined.annotations.get("id", "")
        if identifier in seen:
            twice = words.ID_USED_ON_LINE.of(id=identifier, line=seen[identifier])
            found.append(_at(path, statement, twice))
        seen.setdefault(identifier, statement.line)
        problems += found
        if not found:
            by_form = statement.text if bounds.only and "template" in examined.annotations else ""
            policies.append(replace(_policy(path, statement, examined), by_form=by_form))
            sources.append(statement.text)
    return PolicyFile(path, "\n".join(sources), tuple(policies), tuple(problems))


ITSELF = "itself"
ROUTE_ID = ("context", "route", "id")
"""A rule about a route that nothing is asked by would protect nothing, and a slip of the pen would show nowhere."""


def _examine(text: str, bounds: Bounds) -> Examined | Unreadable:
    """Examine the statement; flawless ones that differ by the municipality alone are examined once."""
    own, any_own = f'Municipality::"{bounds.only}"', f'Municipality::"{ITSELF}"'
    if bounds.only is None or ITSELF in text or "\\" in text:  # an escape may spell that word, or the code
        return _examined(text, bounds)
    shared = _examined(text.replace(own, any_own), bounds)
    if isinstance(shared, Unreadable) or shared.faults:
        return _examined(text, bounds)
    return replace(
        shared,
        scope=bounds.only if shared.scope == ITSELF else shared.scope,
        entities=frozenset((kind, bounds.only if name == ITSELF else name) for kind, name in shared.entities),
    )


def _examined(text: str, bounds: Bounds) -> Examined | Unreadable:
    if (found := bounds.examined.get(text)) is None:
        found = bounds.examined[text] = examine(text, bounds.schema)
    return found


def _problems_of(path: Path, statement: Statement, examined: Examined, bounds: Bounds) -> Iterator[Problem]:
    yield from _annotation_problems(path, statement, examined)
    if not bounds.incidents:
        yield from _names_of_incidents(path, statement, examined)
    if bounds.only is not None and examined.scope != bounds.only:
        yield _at(path, statement, words.NOT_LIMITED.of(code=bounds.only), "resource")
    for kind, name in sorted(examined.entities):
        if kind == "Municipality" and name not in bounds.district:
            fault = words.MUNICIPALITY_UNKNOWN.of(
                code=name, or_else=_or_else(closest_code(name, bounds.district))
            )
            yield _at(path, statement, fault, name)
        if kind == "Office" and not _is_office(name, bounds):
            yield _at(
                path, statement, words.NO_OFFICE.of(name=name, or_else=_office_meant(name, bounds)), name
            )
        if (missing := _not_configured(kind, name, bounds)) is not None:
            yield _at(path, statement, missing, f'{kind}::"{name}"', len(f'{kind}::"'), told_once=True)
    for path_read, name in sorted(examined.compares):
        if path_read == ROUTE_ID and bounds.routes is not None and name not in bounds.routes:
            known = ", ".join(sorted(bounds.routes)) or words.NONE_KNOWN
            or_else = _or_else(closest(name, bounds.routes))
            fault = words.ROUTE_MISSING.of(name=name, known=known, or_else=or_else)
            yield _at(path, statement, fault, name, told_once=True)
    yield from _objections(path, statement, examined)


def _objections(path: Path, statement: Statement, examined: Examined) -> Iterator[Problem]:
    for said in examined.faults:
        if (name := unknown(said)) is not None:
            yield _at(path, statement, name.fault, name.near, name.into)
            continue
        objection = next(objection for part, objection in words.OBJECTIONS if part in said)
        yield _at(path, statement, objection.of(said=said), said)


def _not_configured(kind: str, name: str, bounds: Bounds) -> Fault | None:
    configured: dict[str, tuple[Words, Collection[str] | None]] = {
        "Application": (words.APPLICATION_MISSING, bounds.applications),
        "Network": (words.NETWORK_MISSING, bounds.networks),
    }
    missing, known = configured.get(kind, (words.APPLICATION_MISSING, None))
    if known is None or name in known:
        return None
    listed = ", ".join(sorted(known)) or words.NONE_KNOWN
    return missing.of(name=name, known=listed, or_else=_or_else(closest(name, known)))


def _or_else(meant: str) -> Hole:
    return filled(words.OR_ELSE, {"meant": meant}) if meant else ""


def _office_meant(name: str, bounds: Bounds) -> Hole:
    municipality, _, role = name.partition("/")
    code = municipality if municipality in bounds.district else closest_code(municipality, bounds.district)
    near = closest(role, {known.value for known in Role})
    return _or_else(f"{code}/{near}" if code and near else "")


def _is_office(name: str, bounds: Bounds) -> bool:
    municipality, _, role = name.partition("/")
    return municipality in bounds.district and role in {known.value for known in Role}


def _annotation_problems(path: Path, statement: Statement, examined: Examined) -> Iterator[Problem]:
    annotations = examined.annotations
    if not IDENTIFIER.fullmatch(annotations.get("id", "")):
        yield _at(path, statement, words.ID_MISSING.of(), "@id")
    for name in sorted(annotations.keys() - KNOWN_ANNOTATIONS):
        known = ", ".join("@" + each for each in sorted(KNOWN_ANNOTATIONS))
        yield _at(path, statement, words.ANNOTATION_UNKNOWN.of(name=name, known=known), f"@{name}")
    if examined.forbids:
        yield from _what_a_forbid_says(path, statement, examined)
        return
    yield from _half_a_name(path, statement, annotations)
    if "ask_for" in annotations:
        yield _at(path, statement, words.PERMIT_ASKS.of(), "@ask_for")


def _what_a_forbid_says(path: Path, statement: Statement, examined: Examined) -> Iterator[Problem]:
    annotations = examined.annotations
    if "ask_for" in annotations:
        yield from _asks_for_what_helps(path, statement, examined)
    reason = annotations.get("reason", "")
    if not REASON.fullmatch(reason):
        yield _at(path, statement, words.REASON_MISSING.of(), "@reason")
    elif reason in OWN_TO_THE_ENGINE:
        yield _at(path, statement, words.REASON_TAKEN.of(reason=reason), "@reason")
    for name in TEXTS:
        text = annotations.get(name, "")
        if not text.strip():
            yield _at(path, statement, words.TEXT_MISSING.of(name=name), f"@{name}")
        for placeholder in PLACEHOLDER.findall(text):
            if placeholder not in PLACEHOLDERS:
                known = ", ".join("{" + each + "}" for each in PLACEHOLDERS)
                fault = words.NOTHING_FILLS.of(name=name, placeholder=placeholder, known=known)
                yield _at(path, statement, fault, f"@{name}")


def _asks_for_what_helps(path: Path, statement: Statement, examined: Examined) -> Iterator[Problem]:
    said = examined.annotations["ask_for"]
    if said not in SUPPLIES:
        fault = words.NOBODY_CAN_ASK.of(known=", ".join(sorted(SUPPLIES)))
        yield _at(path, statement, fault, "@ask_for")
    elif all(read[:1] != (SUPPLIES[AskFor(said)],) for read in examined.looks_at):
        fault = words.ASKING_HELPS_NOBODY.of(fact=SUPPLIES[AskFor(said)])
        yield _at(path, statement, fault, "@ask_for")


def _names_of_incidents(path: Path, statement: Statement, examined: Examined) -> Iterator[Problem]:
    for name in ("id", "reason"):
        if (said := examined.annotations.get(name, "")).startswith(OF_INCIDENTS):
            yield _at(path, statement, words.OF_THE_SWITCH.of(name=name, said=said), f"@{name}")


def _policy(path: Path, statement: Statement, examined: Examined) -> Policy:
    annotations = examined.annotations
    wording = None
    if examined.forbids:
        wording = Wording(
            {language: annotations[f"title_{language}"] for language in Language},
            {language: annotations[f"advice_{language}"] for language in Language},
            AskFor(annotations["ask_for"]) if "ask_for" in annotations else None,
        )
    return Policy(
        id=annotations["id"],
        forbids=examined.forbids,
        reason=annotations["reason"] if examined.forbids else "",
        wording=wording,
        file=path,
        line=statement.line,
        column=statement.column,
        actions=examined.actions,
        looks_at=examined.looks_at,
        attributes=examined.attributes,
        named=examined.named,
        learns=examined.learns,
        guards=examined.guards,
        title=_title(annotations),
        technical=examined.technical,
        reads=examined.reads,
        compares=examined.compares,
        needs=examined.needs,
    )


def _half_a_name(path: Path, statement: Statement, annotations: Mapping[str, str]) -> Iterator[Problem]:
    missing = [name for name in ("title_cs", "title_en") if not annotations.get(name, "").strip()]
    if len(missing) == 1:
        fault = words.PERMIT_UNNAMED.of(
            names=f"@{missing[0]}"
        )  # of a new one `policies.brought` says the same
        yield fault.at(path, statement.line, statement.column)


def _title(annotations: Mapping[str, str]) -> Text | None:
    named = {language: annotations.get(f"title_{language}", "") for language in Language}
    return named if all(map(str.strip, named.values())) else None


def _at(
    path: Path, statement: Statement, fault: Fault, near: str = "", into: int = 0, *, told_once: bool = False
) -> Problem:
    """A problem of the statement, placed at the words it is about where they can be found in it; `into`: how far into
    `near` those begin.
    """
    for part in (*QUOTED.findall(fault.what[EN]), near):
        if (offset := statement.text.find(part)) >= 0:
            return fault.at(path, *statement.place_of(offset + into), told_once=told_once)
    return fault.at(path, statement.line, statement.column, told_once=told_once)
