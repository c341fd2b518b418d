"""Whom the form of an order offers as sponsors."""

from collections.abc import Collection, Iterable, Sequence

from config.alphabet import by_surname
from config.vocabulary import Role, SubjectId
from gateway.asks.ask import Kind, Party
from gateway.asks.office import AskOffice
from gateway.asks.store import Sought
from gateway.asks.wish import is_supplier
from gateway.web.identity import Assertion

LEADING = (Role.MAYOR, Role.DEPUTY_MAYOR, Role.CHIEF_CLERK)
"""Whom every municipality names in public anyway."""


async def suppliers_of(office: AskOffice) -> frozenset[SubjectId]:
    """Whoever is one in any municipality."""
    return frozenset(one.subject for one in await office.holding(None, [Role.SUPPLIER]))


def supplies(caller: Assertion, suppliers: Collection[SubjectId]) -> bool:
    """Whether who works here is not theirs to list: a supplier stays one, whatever further role that account was given
    (`gateway.asks.wish.may_sponsor`), and so does whoever has no role at all.
    """
    return not caller.roles or is_supplier(caller.roles) or caller.subject in suppliers


async def sponsors(office: AskOffice, caller: Assertion) -> Sequence[Party]:
    """Who may be one in the municipality acted for, by name. To a supplier those of them who lead the office, and
    whoever sponsored an order of theirs there: who else works there is not theirs to list.
    """
    here = caller.municipality
    suppliers = await suppliers_of(office)
    found = {one.subject: one for one in await office.holding(here, list(set(Role) - {Role.SUPPLIER}))}
    if supplies(caller, suppliers):
        known = {one.subject for one in await office.holding(here, LEADING)} | await _before(office, caller)
        found = {subject: one for subject, one in found.items() if subject in known}
    return by_name(one for subject, one in found.items() if subject not in suppliers)


def by_name(people: Iterable[Party]) -> Sequence[Party]:
    """As an office lists them."""
    return sorted(people, key=lambda one: (by_surname(one.name), one.login))


async def _before(office: AskOffice, caller: Assertion) -> set[str]:
    orders = await office.find(
        Sought(concerns=caller.subject, municipality=caller.municipality, kinds=frozenset({Kind.ORDER}))
    )
    mine = (one for one in orders if one.holder.subject == caller.subject)
    return {one.sponsor.subject for one in mine if one.sponsor is not None}
