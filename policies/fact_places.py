"""Where a question keeps what a policy reads of it, to try another value there. Pure.

Values are as a policy writes them: spans of sign-in and reports in seconds, instants in milliseconds, sets frozen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from config.vocabulary import MunicipalityCode, Role, SubjectId
from policies.comparisons import EPOCH
from policies.model import IN_ORDER, Question
from policies.reading import Path
from policies.request import LOCAL

MILLISECOND, SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
MOST_SECONDS = 10**9  # thirty years; an older sign-in is no sign-in
FURTHEST = 7_258_118_400_000  # the year 2200


@dataclass(frozen=True, slots=True)
class FactPlace:
    get: Callable[[Question], Any]
    set: Callable[[Question, Any], Question]


def _fact(name: str) -> FactPlace:
    return FactPlace(
        lambda of: getattr(of.facts, name),
        lambda of, value: replace(of, facts=replace(of.facts, **{name: value})),
    )


def _mapped(
    place: FactPlace, out: Callable[[Question, Any], Any], into: Callable[[Question, Any], Any]
) -> FactPlace:
    def get(of: Question) -> Any:
        value = place.get(of)
        return None if value is None else out(of, value)

    return FactPlace(get, lambda of, value: place.set(of, None if value is None else into(of, value)))


def _of_record(record: str, name: str) -> FactPlace:
    """Nothing is set in a record that is not there."""

    def get(of: Question) -> Any:
        found = getattr(of.facts, record)
        return None if found is None else getattr(found, name)

    def put(of: Question, value: Any) -> Question:
        found = getattr(of.facts, record)
        if found is None:
            return of
        return replace(of, facts=replace(of.facts, **{record: replace(found, **{name: value})}))

    return FactPlace(get, put)


def _age(place: FactPlace) -> FactPlace:
    return _mapped(
        place,
        lambda of, since: int((of.now - since) / SECOND),
        lambda of, seconds: of.now - min(max(seconds, 0), MOST_SECONDS) * SECOND,
    )


def _instant(place: FactPlace) -> FactPlace:
    return _mapped(place, lambda _, at: int((at - EPOCH) / MILLISECOND), lambda _, number: _at(number))


def _day(place: FactPlace) -> FactPlace:
    return _mapped(
        place,
        lambda _, day: int((datetime(day.year, day.month, day.day, tzinfo=UTC) - EPOCH) / MILLISECOND),
        lambda _, number: _at(number).date(),
    )


def _at(number: int) -> datetime:
    return EPOCH + min(max(number, 0), FURTHEST) * MILLISECOND


def _roles(told: Callable[[Any], str], held_by: Callable[[Question, str], tuple[Any, Any]]) -> FactPlace:
    """Roles are only added: with fewer the person is another one of the class."""
    return FactPlace(
        lambda of: frozenset(map(told, of.roles)),
        lambda of, names: replace(
            of,
            roles=of.roles | {held_by(of, name) for name in sorted(names - frozenset(map(told, of.roles)))},
        ),
    )


def _any_role(of: Question) -> Role:
    return min((role for _, role in of.roles), default=Role.CLERK)


def _office(name: str) -> tuple[MunicipalityCode, Role]:
    where, _, role = name.partition("/")
    return MunicipalityCode(where), Role(role)


def _of_context() -> dict[Path, FactPlace]:
    own = ("purpose", "agenda", "activity_role", "download", "author", "approved_by")
    records = {
        "device": (
            "managed fresh disk_encrypted firewall updates_installed screen_lock antivirus os os_version owner agent"
        ),
        "emergency": "justification reviewed_late application",
        "ticket": "approved application actions sponsor_present sponsor number",
        "delegation": "by roles",
        "requested": "application actions",
        "route": "id path",
    }
    found: dict[Path, FactPlace] = {(name,): _fact(name) for name in (*own, *records)}
    for record, names in records.items():
        found |= {(record, name): _of_record(record, name) for name in names.split()}
    for record in ("ticket", "delegation", "requested"):
        found |= {(record, name): _instant(_of_record(record, name)) for name in ("since", "until")}
    of_place = ("country", "tunnel", "protocol", "impossible_travel", "networks")
    found |= {("place", name): _fact(name) for name in of_place}
    found["place", "address"] = FactPlace(
        lambda of: of.address or None, lambda of, value: replace(of, address=value or "")
    )
    found["device", "age"] = _age(_of_record("device", "reported_at"))
    found["emergency", "age"] = _age(_of_record("emergency", "asked_at"))
    found["sign_in", "age"] = _age(
        FactPlace(lambda of: of.authenticated_at, lambda of, at: replace(of, authenticated_at=at or of.now))
    )
    found["sign_in", "factors"] = FactPlace(
        lambda of: of.factors, lambda of, value: replace(of, factors=value)
    )
    found["sign_in", "idle"] = _mapped(
        _fact("idle"),
        lambda _, span: int(span / SECOND),
        lambda _, seconds: min(max(seconds, 0), MOST_SECONDS) * SECOND,
    )
    return {("context", *path): place for path, place in found.items()}


PLACES: Mapping[Path, FactPlace] = {
    **_of_context(),
    ("principal",): FactPlace(
        lambda of: of.subject, lambda of, value: replace(of, subject=SubjectId(value)) if value else of
    ),
    ("principal", "roles_anywhere"): _roles(
        lambda one: str(one[1]), lambda of, name: (of.own_municipality + "0", Role(name))
    ),
    ("principal", "memberships"): _roles(
        lambda one: str(one[0]), lambda of, name: (MunicipalityCode(name), _any_role(of))
    ),
    ("principal", "offices"): _roles(lambda one: f"{one[0]}/{one[1]}", lambda _, name: _office(name)),
    ("principal", "departments"): _fact("departments"),
    ("principal", "activity_roles"): _fact("activity_roles"),
    ("principal", "employed_since"): _day(_fact("employed_since")),
    ("principal", "employed_until"): _day(_fact("employed_until")),
    ("resource", "department"): _fact("department"),
    ("resource", "municipality"): FactPlace(lambda of: of.municipality, lambda of, _: of),
    ("resource",): FactPlace(lambda of: of.application, lambda of, _: of),
    ("context", "time", "date"): FactPlace(
        lambda of: int((datetime.combine(of.now.astimezone(LOCAL), time(), UTC) - EPOCH) / MILLISECOND),
        lambda of, _: of,
    ),
    ("context", "time", "now"): FactPlace(lambda of: int((of.now - EPOCH) / MILLISECOND), lambda of, _: of),
}
"""What is not here is said by the class, or not tried."""
USUAL_DEVICE = replace(IN_ORDER, reported_at=None)
