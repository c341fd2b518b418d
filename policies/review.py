"""Read one policy file strictly: every statement becomes a reviewed policy, or a problem with its remedy."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from config.vocabulary import ApplicationId, Language, MunicipalityCode
from policies.problems import Problem
from policies.reasons import OWN_TO_THE_ENGINE, PLACEHOLDER, PLACEHOLDERS, Wording
from policies.statements import Statement, split

SCHEMA_FILE = Path(__file__).with_name("schema.cedarschema")

IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
REASON = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
TEXTS = ("title_cs", "title_en", "advice_cs", "advice_en")
KNOWN_ANNOTATIONS = frozenset({"id", "reason", "doc", *TEXTS})
PER_ACTION = re.compile(r' for Action::"[a-z]+"$')
QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Policy:
    """One reviewed statement."""

    id: str
    forbids: bool
    reason: str
    """Named reason of a forbid; empty for a permit."""
    wording: Wording | None
    file: Path
    line: int
    column: int


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


def review(path: Path, text: str, bounds: Bounds) -> PolicyFile:
    policies: list[Policy] = []
    problems: list[Problem] = []
    sources: list[str] = []
    seen: dict[str, int] = {}
    for statement in split(text):
        parsed = _parse(path, statement)
        if isinstance(parsed, Problem):
            problems.append(parsed)
            continue
        found = list(_problems_of(path, statement, parsed, bounds))
        identifier = _annotation(parsed, "id")
        if identifier in seen:
            found.append(
                _at(
                    path,
                    statement,
                    f'policy id "{identifier}" is used already on line {seen[identifier]}',
                    "give this policy an @id of its own",
                )
            )
        seen.setdefault(identifier, statement.line)
        problems += found
        if not found:
            policies.append(_policy(path, statement, parsed))
            sources.append(statement.text)
    return PolicyFile(path, "\n".join(sources), tuple(policies), tuple(problems))


def _parse(path: Path, statement: Statement) -> dict[str, Any] | Problem:
    try:
        document = json.loads(cedarpy.policies_to_json_str(statement.text))
    except ValueError as error:
        fault = str(error)
        what = f"not a Cedar policy: {fault}"
        return _at(
            path, statement, what, "correct the syntax, see docs/policies.md", fault.rpartition(": ")[2]
        )
    if document["templates"] or len(document["staticPolicies"]) != 1:
        return _at(
            path,
            statement,
            "not exactly one policy without slots (?principal, ?resource)",
            "write one complete policy up to the semicolon; templates are not used here",
        )
    (policy,) = document["staticPolicies"].values()
    return dict(policy)


def _problems_of(
    path: Path, statement: Statement, parsed: dict[str, Any], bounds: Bounds
) -> Iterator[Problem]:
    yield from _annotation_problems(path, statement, parsed)
    if bounds.only is not None and _scope(parsed) != bounds.only:
        yield _at(
            path,
            statement,
            f"the policy is not limited to municipality {bounds.only}",
            f'write its scope as `resource in Municipality::"{bounds.only}"`',
            "resource",
        )
    for kind, name in sorted(set(_entities(parsed))):
        if kind == "Municipality" and name not in bounds.district:
            yield _at(
                path, statement, f"municipality {name} is not in the district", "correct the code", name
            )
        known = bounds.applications
        if kind == "Application" and known is not None and name not in known:
            remedy = f"correct its id; known are {', '.join(sorted(known))}"
            yield _at(path, statement, f'application "{name}" is not configured', remedy, name)
    yield from _schema_problems(path, statement, bounds.schema)


REMEDIES = (  # words of Cedar's validator, and what they ask of the writer
    (
        "optional attribute",
        "it may be unknown: guard it, as in `context has device && context.device.managed`",
    ),
    ("not found", "use an attribute of policies/schema.cedarschema"),
    ("enumerated", "use one of the names that policies/schema.cedarschema lists"),
    ("unrecognized", "use a name that policies/schema.cedarschema declares"),
    ("", "write it as policies/schema.cedarschema allows"),
)
FOLLOWS_FROM_ANOTHER = "unable to find an applicable action"


def _schema_problems(path: Path, statement: Statement, schema: cedarpy.Schema) -> Iterator[Problem]:
    """Faults by the schema. Cedar tells each once per action; the writer needs it once."""
    found = {
        PER_ACTION.sub("", error.error.removeprefix(f"for policy `{error.policy_id}`").lstrip(",: "))
        for error in cedarpy.validate_policies(statement.text, schema).errors
    }
    own = {what for what in found if not what.startswith(FOLLOWS_FROM_ANOTHER)}
    for what in sorted(own or found):
        remedy = next(remedy for words, remedy in REMEDIES if words in what)
        yield _at(path, statement, what, remedy, what)


def _annotation_problems(path: Path, statement: Statement, parsed: dict[str, Any]) -> Iterator[Problem]:
    annotations = parsed.get("annotations", {})
    if not IDENTIFIER.fullmatch(_annotation(parsed, "id")):
        remedy = 'begin the policy with @id("…") of lower-case letters, digits and hyphens'
        yield _at(path, statement, "the policy has no usable @id", remedy, "@id")
    for name in sorted(annotations.keys() - KNOWN_ANNOTATIONS):
        remedy = f"use one of {', '.join('@' + known for known in sorted(KNOWN_ANNOTATIONS))}"
        yield _at(path, statement, f"annotation @{name} is not known", remedy, f"@{name}")
    if parsed["effect"] != "forbid":
        return
    reason = _annotation(parsed, "reason")
    if not REASON.fullmatch(reason):
        yield _at(path, statement, "the forbid names no reason", 'add @reason("in_snake_case")', "@reason")
    elif reason in OWN_TO_THE_ENGINE:
        yield _at(path, statement, f'reason "{reason}" is taken', "choose another @reason", "@reason")
    for name in TEXTS:
        text = _annotation(parsed, name)
        if not text.strip():
            remedy = f'add @{name}("…"): it is what the refused person reads'
            yield _at(path, statement, f"the forbid has no @{name}", remedy, f"@{name}")
        for placeholder in PLACEHOLDER.findall(text):
            if placeholder not in PLACEHOLDERS:
                remedy = f"use one of {', '.join('{' + known + '}' for known in PLACEHOLDERS)}"
                yield _at(
                    path,
                    statement,
                    f"@{name} names {{{placeholder}}}, which nothing fills",
                    remedy,
                    f"@{name}",
                )


def _policy(path: Path, statement: Statement, parsed: dict[str, Any]) -> Policy:
    forbids = parsed["effect"] == "forbid"
    wording = None
    if forbids:
        wording = Wording(
            {language: _annotation(parsed, f"title_{language}") for language in Language},
            {language: _annotation(parsed, f"advice_{language}") for language in Language},
        )
    reason = _annotation(parsed, "reason") if forbids else ""
    return Policy(_annotation(parsed, "id"), forbids, reason, wording, path, statement.line, statement.column)


def _annotation(parsed: dict[str, Any], name: str) -> str:
    return parsed.get("annotations", {}).get(name) or ""


def _scope(parsed: dict[str, Any]) -> str | None:
    """The municipality that `resource in Municipality::"…"` (or `resource is Resource in …`) names."""
    resource = parsed["resource"]
    entity = resource.get("entity") if resource["op"] == "in" else resource.get("in", {}).get("entity")
    if resource["op"] not in ("in", "is") or not entity or entity["type"] != "Municipality":
        return None
    return str(entity["id"])


def _entities(node: Any) -> Iterator[tuple[str, str]]:
    """Every entity a policy names, in its scope and in its conditions."""
    if isinstance(node, list):
        for item in node:
            yield from _entities(item)
    elif isinstance(node, dict):
        if node.keys() == {"type", "id"}:
            yield str(node["type"]), str(node["id"])
        for item in node.values():
            yield from _entities(item)


def _at(path: Path, statement: Statement, what: str, remedy: str, near: str = "") -> Problem:
    """A problem of the statement, placed at the words it is about where they can be found in it."""
    for words in (*QUOTED.findall(near), near):
        if words and (offset := statement.text.find(words)) >= 0:
            return Problem(path, *statement.place_of(offset), what, remedy)
    return Problem(path, statement.line, statement.column, what, remedy)
