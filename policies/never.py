"""What must never be permitted: a class of questions, of which every combination is asked.

A class leaves open what it does not name: each role, application, action, level and state of the device is tried then,
with nothing further known and with everything known that helps. Only what policies look at is varied, and only where a
permit could apply (`policies.needs`).
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from config.vocabulary import (
    Action,
    ApplicationId,
    Language,
    MunicipalityCode,
    NetworkName,
    Role,
    SubjectId,
)
from policies.cases import LEVELS, MONDAY_AT_TEN, NOBODY_SPECIAL, Level
from policies.model import (
    IN_ORDER,
    NOTHING_FURTHER,
    ActivityRole,
    Delegation,
    Device,
    Emergency,
    Facts,
    Question,
    Requested,
    Route,
    Text,
    Ticket,
)
from policies.parts import ANOTHER
from policies.reasons import ACTION_NAMES
from policies.request import Paths

PRAGUE = ZoneInfo("Europe/Prague")
State = Literal["unknown", "unmanaged", "stale", "unencrypted", "in-order"]
STATES: dict[State, Device | None] = {
    "unknown": None,
    "unmanaged": Device(managed=False, fresh=True),
    "stale": Device(managed=True, fresh=False, disk_encrypted=True, firewall=True, updates_installed=True),
    "unencrypted": Device(managed=True, fresh=True, disk_encrypted=False),
    "in-order": IN_ORDER,
}
assert set(get_args(State)) == set(STATES)
FACTORS: dict[Level, frozenset[str]] = {
    "password": frozenset({"pwd"}),
    "two-factors": frozenset({"pwd", "otp"}),
    "phishing-resistant": frozenset({"hwk", "user"}),
}
SUNDAY_AT_THREE = datetime(2026, 11, 29, 3, 0, tzinfo=PRAGUE)
ELSEWHERE = "elsewhere"
FACTS = tuple(one.name for one in fields(Facts))
SOMEBODY_ELSE = SubjectId("urad:22222222-2222-4222-8222-222222222222")
_CS, _EN = Language.CZECH, Language.ENGLISH


@dataclass(frozen=True, kw_only=True)
class Never:
    """What is left out is every one there is."""

    name: str
    title_cs: str
    title_en: str
    roles: tuple[Role, ...] = ()
    """Each by itself; left out, nobody's too."""
    roles_but: tuple[Role, ...] = ()
    """Whoever holds one of these is none of the class."""
    and_another: bool = False
    """Also with each other role besides."""
    subject: SubjectId = NOBODY_SPECIAL
    applications: tuple[ApplicationId, ...] = ()
    actions: tuple[Action, ...] = ()
    levels: tuple[Level, ...] = ()
    below: Level | None = None
    """Only weaker sign-ins than this."""
    devices: tuple[State, ...] = ()
    hours: tuple[int, ...] = ()
    """Local, 0-23."""
    days: tuple[int, ...] = ()
    """1 Monday - 7 Sunday."""
    municipality: MunicipalityCode | None = None
    """Whose resource; left out, each one's."""
    own: str = ""
    """For whom the person acts, where that is another municipality: its code, or `elsewhere`."""
    facts: Facts = NOTHING_FURTHER
    """Known in every one of the questions."""
    without: tuple[str, ...] = ()
    """Facts that are not known in any of them."""

    @property
    def title(self) -> Text:
        return {_CS: self.title_cs, _EN: self.title_en}


NO_TITLES: Mapping[ApplicationId, Text] = {}
DAYS_AT = (
    ("v pondělí v", "v úterý v", "ve středu v", "ve čtvrtek v", "v pátek v", "v sobotu v", "v neděli v"),
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
)
TOKENS: Mapping[Language, Mapping[str, str]] = {
    _CS: {
        "password": "heslem",
        "two-factors": "dvěma faktory",
        "phishing-resistant": "bezpečnostním klíčem",
        "unknown": "neznámé",
        "unmanaged": "nespravované",
        "stale": "bez čerstvých údajů",
        "unencrypted": "s nezašifrovaným diskem",
        "in-order": "v pořádku",
    },
    _EN: {},
}
"""Of levels and states of devices; English has those that files of cases are written with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """What is permitted and must not be. Role and application stand as they were asked."""

    roles: tuple[Role, ...]
    own: str
    """As the class says it; empty: the resource's municipality."""
    application: ApplicationId
    action: Action
    level: Level
    device: State
    at: datetime
    helped: bool
    """Everything further was known, and helped."""
    rule: str = ""
    route: Route | None = None
    """The named part of the application; None: what has no name."""
    as_wanted: bool = False
    """Known besides is what the permit asks for."""

    def words(self, applications: Mapping[ApplicationId, Text] = NO_TITLES) -> Text:
        """`applications`: their titles, where they are known."""
        hour, titles = self.at.astimezone(PRAGUE), applications.get(self.application)
        application = titles or dict.fromkeys(Language, str(self.application))
        days_cs, days_en = DAYS_AT
        told: dict[Language, list[str]] = {
            language: [
                " + ".join(role.title_in(language) for role in self.roles) or without,
                *([f"{acting} {elsewhere if self.own == ELSEWHERE else self.own}"] if self.own else []),
                f"{application[language]}: {ACTION_NAMES[self.action][language]}",
                *([_part(self.route, language)] if self.route else []),
                f"{level} {TOKENS[language].get(self.level, self.level)}",
                f"{device} {TOKENS[language].get(self.device, self.device)}",
                f"{days[hour.weekday()]} {hour:%H:%M}",
                *([f"{hour.day}. {hour.month}. {hour.year}", AS_WANTED[language]] if self.as_wanted else []),
                *([further] if self.helped and not self.as_wanted else []),
            ]
            for language, without, acting, elsewhere, level, device, days, further in (
                (
                    _CS,
                    "bez role",
                    "jedná za",
                    "jinou obec",
                    "přihlášení",
                    "zařízení",
                    days_cs,
                    "vše další známo",
                ),
                (
                    _EN,
                    "no role",
                    "acting for",
                    "another municipality",
                    "sign-in",
                    "device",
                    days_en,
                    "all else known",
                ),
            )
        }
        return {language: ", ".join(parts) for language, parts in told.items()}


AS_WANTED: Text = {_CS: "ostatní, jak to pravidlo chce", _EN: "all else as that policy asks"}
ANOTHER_PART: Text = {_CS: "jiná pojmenovaná část", _EN: "another named part"}
PART: Text = {_CS: "část {name}", _EN: "part {name}"}


def _part(route: Route, language: Language) -> str:
    """By its name, and by its path where policies look at that."""
    other = route.id == ANOTHER.id
    name = ANOTHER_PART[language] if other else PART[language].format(name=route.id)
    return name if route.path == ANOTHER.path else f"{name} ({route.path})"


def persons(never: Never) -> Iterator[tuple[Role, ...]]:
    """The roles that a person of the class holds."""
    every: tuple[tuple[Role, ...], ...] = tuple((role,) for role in never.roles or Role)
    if not never.roles:
        every = ((), *every)
    more = [(one, other) for (one,) in every[not never.roles :] for other in Role if other is not one]
    pairs = more if never.and_another else []
    seen: set[frozenset[Role]] = set()
    for held in (*every, *pairs):
        if frozenset(held) not in seen and not set(held) & set(never.roles_but):
            seen.add(frozenset(held))
            yield held


class Told(NamedTuple):
    """Which circumstances some policies can tell apart."""

    level: bool
    device: bool
    time: bool
    else_known: bool
    part: bool = False
    """By which named route of the application; whoever asks says which there are."""


OF_THE_PARTIES = {"departments", "department", "activity_roles", "employed_since", "employed_until"}
"""What else may be known of person and resource."""


def told_apart(looks_at: Paths, attributes: AbstractSet[str] | None) -> Told:
    """By policies that look at that of the context, and name these attributes; None: any."""
    of_parties = attributes is None or not attributes.isdisjoint(OF_THE_PARTIES)
    levels = {(), ("sign_in",), ("sign_in", "level"), ("sign_in", "factors")}
    known = {"sign_in", "device", "time", "route"}
    return Told(
        level=any(path[:2] in levels for path in looks_at),
        device=any(path[:1] in ((), ("device",)) for path in looks_at),
        time=any(path[:1] in ((), ("time",)) for path in looks_at),
        else_known=of_parties or any(not path or path[0] not in known for path in looks_at),
        part=any(path[:1] in ((), ("route",)) for path in looks_at),
    )


def circumstances_of(never: Never, told: Told) -> Iterator[Counterexample]:
    """Level, device, time and what else is known, as far as they can be told apart; else the last of each.

    Role, application, its part and action are still to be filled in.
    """
    levels: list[Level] = [
        one for one in never.levels or tuple(LEVELS) if never.below is None or _is_weaker(one, never.below)
    ]
    given = "device" in never.without or says(never, "device")
    devices: Sequence[State] = ("unknown",) if given else never.devices or tuple(STATES)
    moments = list(_moments(never))
    for level, device, at, helped in product(
        levels if told.level else levels[-1:],
        devices if told.device else devices[-1:],
        moments if told.time else moments[-1:],
        (False, True) if told.else_known else (False,),
    ):
        yield Counterexample(
            roles=(), own="", application=ApplicationId(""), action=Action.READ,
            level=level, device=device, at=at, helped=helped,
        )  # fmt: skip


def question(
    never: Never,
    of: Counterexample,
    here: MunicipalityCode,
    acting_for: MunicipalityCode,
    networks: AbstractSet[str] = frozenset(),
) -> Question:
    """`networks`: those that policies name; the address is in each where everything helps."""
    known = _helpful(of.application, of.at, networks, acting_for) if of.helped else NOTHING_FURTHER
    given = {name: getattr(never.facts, name) for name in FACTS if says(never, name)}
    absent = {name: getattr(NOTHING_FURTHER, name) for name in never.without}
    facts = replace(known, **{"device": _device(of, never.subject), "route": of.route, **given, **absent})
    return Question(
        subject=never.subject,
        roles=frozenset((acting_for, role) for role in of.roles),
        own_municipality=acting_for,
        application=of.application,
        action=of.action,
        municipality=here,
        level=LEVELS[of.level],
        factors=FACTORS[of.level],
        authenticated_at=of.at - timedelta(minutes=5),
        address="192.0.2.7",
        now=of.at,
        facts=facts,
    )


def usual(of: Question, networks: AbstractSet[str], never: Never) -> Facts:
    """Where everything is known of such a question, and as the class says."""
    device = replace(IN_ORDER, owner=of.subject, reported_at=of.now - timedelta(minutes=1))
    known = replace(_helpful(of.application, of.now, networks, of.own_municipality), device=device)
    return replace(known, **{name: getattr(never.facts, name) for name in FACTS if says(never, name)})


def _device(of: Counterexample, whose: SubjectId) -> Device | None:
    device = STATES[of.device]
    if device is None or of.device != "in-order":
        return device
    return replace(device, owner=whose, reported_at=of.at - timedelta(minutes=1))


def _helpful(
    application: ApplicationId, at: datetime, networks: AbstractSet[str], acting_for: MunicipalityCode
) -> Facts:
    """Everything that opens something when it is known."""
    day = timedelta(days=1)
    return Facts(
        country="CZ",
        tunnel=True,
        protocol="postgresql",
        impossible_travel=False,
        idle=timedelta(seconds=1),
        emergency=Emergency(
            asked_at=at - timedelta(minutes=1),
            justification="povodeň, hledáme krizový plán",
            application=application,
        ),
        ticket=Ticket(
            approved=True,
            since=at - day,
            until=at + day,
            application=application,
            actions=frozenset(Action),
            sponsor_present=True,
            sponsor=SOMEBODY_ELSE,
            number="1",
        ),
        delegation=Delegation(since=at - day, until=at + day, by=SOMEBODY_ELSE, roles=frozenset(Role)),
        purpose="výkon agendy",
        agenda="A115",
        activity_role="CR22",
        activity_roles=frozenset(
            {ActivityRole(municipality=acting_for, agenda="A115", activity_role="CR22")}
        ),
        download=False,
        author=SOMEBODY_ELSE,
        approved_by=frozenset({SOMEBODY_ELSE}),
        networks=frozenset(map(NetworkName, networks)),
        requested=Requested(
            since=at - day, until=at + day, application=application, actions=frozenset(Action)
        ),
        employed_since=(at - 365 * day).date(),
        employed_until=(at + 365 * day).date(),
        departments=frozenset({"finance"}),
        department="finance",
    )


def leaves_parts_open(never: Never) -> bool:
    """Whether it is about every named part, as it says nothing of one."""
    return "route" not in never.without and not says(never, "route")


def says(never: Never, fact: str) -> bool:
    return bool(getattr(never.facts, fact) != getattr(NOTHING_FURTHER, fact))


def _is_weaker(one: Level, than: Level) -> bool:
    order = list(LEVELS)
    return order.index(one) < order.index(than)


def _moments(never: Never) -> Iterator[datetime]:
    if not never.hours and not never.days:
        yield SUNDAY_AT_THREE
        yield MONDAY_AT_TEN
        return
    monday = MONDAY_AT_TEN.astimezone(PRAGUE)
    for day, hour in product(never.days or (1, 7), never.hours or (3, 10)):
        yield (monday + timedelta(days=day - 1)).replace(hour=hour)
