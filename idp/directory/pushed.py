"""Roles that personnel systems give, beside those of the directory. Pure.

Laws: what the directory gives is the directory's; nobody who administers or watches over others has any by a push, so
a push changes nothing about them; nobody has them as a deputy; adding them twice is adding them once.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace

from config.vocabulary import WATCHING, SubjectId
from idp.directory.person import Person, Pushed

Given = Mapping[SubjectId, Collection[Pushed]]
AsksPushed = Callable[[Collection[SubjectId]], Awaitable[Given]]
"""What is given to each of them now."""


async def nothing_pushed(_: Collection[SubjectId]) -> Given:
    return {}


def with_pushed(person: Person, given: Collection[Pushed]) -> Person:
    held = {one.role for one in person.roles}
    new = {one for one in given if one.held not in person.roles and one.held.role not in WATCHING}
    if not new or held & WATCHING:
        return person
    roles = {*person.roles, *(one.held for one in new)}
    return replace(person, roles=tuple(sorted(roles)), pushed=tuple(sorted({*person.pushed, *new})))
