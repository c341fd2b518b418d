"""Which roles a changed policy names that it did not name before, and which it names no more. Pure.

A title often says the roles; where they change and it stays, whoever reads the change is asked whether it still holds.
"""

from collections.abc import Iterator
from typing import Any

from config.vocabulary import ROLE_TITLES, Language
from policies.model import Text
from policies.reasons import CS, EN

ADDED: Text = {CS: "Role, které nově jmenuje", EN: "Roles that it names now"}
GONE: Text = {CS: "Role, které už nejmenuje", EN: "Roles that it names no more"}
TITLE_STAYS: Text = {
    CS: "Název zůstal, jaký byl, ale role se změnily. Ověřte, zda ještě platí.",
    EN: "The title stayed as it was, and the roles changed. See whether it still holds.",
}


def roles_changed(before: Any, after: Any) -> tuple[Text | None, Text | None] | None:
    """Of two documents of a policy: those that came and those that went, by their titles; None for either where none
    did, and for both together.
    """
    was, now = frozenset(_roles(before)), frozenset(_roles(after))
    return None if was == now else (_said(now - was), _said(was - now))


def _roles(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "Role" and isinstance(node.get("id"), str):
            yield node["id"]
        for each in node.values():
            yield from _roles(each)
    elif isinstance(node, list):
        for each in node:
            yield from _roles(each)


def _said(names: frozenset[str]) -> Text | None:
    if not names:
        return None
    titles = {str(role): titles for role, titles in ROLE_TITLES.items()}
    return {
        each: ", ".join(titles[one][each] if one in titles else one for one in sorted(names))
        for each in Language
    }
