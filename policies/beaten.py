"""Whether a permit opens nothing because some forbid applies wherever it does: told from syntax alone. Pure.

Laws: what a permit demands is so wherever it applies, and what it excludes is not so there. A forbid that follows from
these alone always beats it; one that fails instead refuses just as well. Whatever else a forbid asks is doubt, and with
doubt nothing is said.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from policies.needs import Needs, needs_in

JSON = Mapping[str, Any]
"""One policy in Cedar's JSON, or a part of it."""
PERSON = "Person"
HELD = ("roles", "roles_anywhere")
"""Who has a role where they act has it anywhere."""


def beaten_by(permit: JSON, forbids: Sequence[JSON]) -> int | None:
    """The number of the first forbid that always beats it; None: it is not certain of any."""
    certain = _Certain(permit)
    return next((number for number, forbid in enumerate(forbids) if certain.meets(forbid)), None)


class _Certain:
    """What is so wherever a permit applies."""

    def __init__(self, permit: JSON) -> None:
        self._permit = permit
        self._needs: Needs = needs_in(dict(permit))
        self._answers = {_key(part): answer for part, answer in assumed(permit)}

    def meets(self, forbid: JSON) -> bool:
        return self._in_scope(forbid) and all(
            self._answer(one["body"]) is (one["kind"] == "when") for one in forbid["conditions"]
        )

    def _in_scope(self, forbid: JSON) -> bool:
        actions = _named(forbid["action"], "Action")
        return (
            self._is_of(forbid["principal"])
            and (
                forbid["action"]["op"] == "All"
                or (
                    self._needs.actions is not None and actions is not None and self._needs.actions <= actions
                )
            )
            and self._lies_in(forbid["resource"])
        )

    def _is_of(self, principal: JSON) -> bool:
        """A permit whose scope does not say that it is about programs permits them nothing."""
        own = self._permit["principal"]
        if principal["op"] == "is" and "in" not in principal:
            kind = own.get("entity_type") or own.get("entity", {}).get("type", PERSON)
            return bool(principal["entity_type"] == kind)
        return bool(principal["op"] == "All" or principal == own)

    def _lies_in(self, resource: JSON) -> bool:
        """`is Resource` says nothing: there is no other."""
        where, own = (one.get("in", one).get("entity") for one in (resource, self._permit["resource"]))
        if resource["op"] not in ("All", "is", "in"):
            return bool(resource == self._permit["resource"])
        if where is None or (where == own and self._permit["resource"]["op"] in ("is", "in")):
            return True
        return where["type"] == "Application" and self._of_applications(frozenset({where["id"]})) is True

    def _answer(self, node: Any) -> bool | None:
        """None: it may be either."""
        match node:
            case {"Value": bool(value)}:
                return value
            case {"!": {"arg": inner}}:
                answer = self._answer(inner)
                return None if answer is None else not answer
            case {"&&": {"left": left, "right": right}}:
                return self._joined(left, right, decisive=False)
            case {"||": {"left": left, "right": right}}:
                return self._joined(left, right, decisive=True)
        known = self._answers.get(_key(node))
        return self._by_needs(node) if known is None else known

    def _joined(self, left: Any, right: Any, *, decisive: bool) -> bool | None:
        """One that is decisive decides, whatever the other is."""
        both = self._answer(left), self._answer(right)
        if decisive in both:
            return decisive
        return None if None in both else not decisive

    def _by_needs(self, node: Any) -> bool | None:
        match node:
            case {"in": {"left": {"Var": "resource"}, "right": right}}:
                listed = _listed(right, "Application")
                return None if listed is None else self._of_applications(listed)
            case {"contains": operands} | {"containsAny": operands}:
                held, roles = _attribute(operands["left"]), _listed(operands["right"], "Role")
                return True if held in HELD and roles is not None and self._holds_one_of(roles) else None
        return None

    def _of_applications(self, listed: frozenset[str]) -> bool | None:
        """Something is in one application."""
        if any(one <= listed for one in self._needs.applications):
            return True
        return False if any(one.isdisjoint(listed) for one in self._needs.applications) else None

    def _holds_one_of(self, roles: frozenset[str]) -> bool:
        return any(one <= roles for one in self._needs.roles)


def assumed(policy: JSON) -> Iterator[tuple[Any, bool]]:
    """What is so, or is not, wherever a policy applies; each as its conditions have it."""
    for condition in policy["conditions"]:
        yield from _assumed(condition["body"], answer=condition["kind"] == "when")


def _assumed(node: Any, *, answer: bool) -> Iterator[tuple[Any, bool]]:
    """What must be so for this to have that answer."""
    match node:
        case {"!": {"arg": inner}}:
            yield from _assumed(inner, answer=not answer)
        case {"&&": {"left": left, "right": right}} if answer:
            yield from (*_assumed(left, answer=True), *_assumed(right, answer=True))
        case {"||": {"left": left, "right": right}} if not answer:
            yield from (*_assumed(left, answer=False), *_assumed(right, answer=False))
        case _:
            yield node, answer


def _key(node: Any) -> str:
    return json.dumps(node, sort_keys=True)


def _attribute(node: Any) -> str | None:
    """Of whoever asks."""
    match node:
        case {".": {"left": {"Var": "principal"}, "attr": str(name)}}:
            return name
    return None


def _listed(node: Any, kind: str) -> frozenset[str] | None:
    """The entities of that kind which a literal lists; None for anything else."""
    values = [one.get("Value") for one in node.get("Set", [node])]
    return _ids([one.get("__entity") if isinstance(one, dict) else None for one in values], kind)


def _named(scope: JSON, kind: str) -> frozenset[str] | None:
    """The entities of that kind in a scope."""
    return _ids(scope.get("entities") or [scope.get("entity")], kind)


def _ids(entities: Sequence[Any], kind: str) -> frozenset[str] | None:
    if any(one is None or one["type"] != kind for one in entities):
        return None
    return frozenset(str(one["id"]) for one in entities)
