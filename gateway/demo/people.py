"""About 400 people of the 46 offices: who they are and what they do. The same seed gives the same people.

Passwords, one-time-code secrets and identifiers are not here: those are drawn per installation (`world.py`).
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from config.vocabulary import MunicipalityCode, Role
from gateway.demo.names import MEN, SURNAMES, WOMEN, plain

CENTRE = MunicipalityCode("588296")  # Kroměříž
HULIN = MunicipalityCode("588491")
SEED = 588296
NOT_ENROLLED = 10  # people who meet the enrolment of the second factor

TOWNS = {CENTRE: 110, HULIN: 25, "588512": 20, "588601": 16, "588768": 14, "588644": 12, "589195": 11}
VILLAGE = (4, 6)  # people of an office of any other municipality, from and to

Place = tuple[MunicipalityCode, Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhabitant:
    """One person of the demo. `note_cs` and `note_en` say what the featured ones are good for."""

    login: str
    given: str
    surname: str
    places: tuple[Place, ...]
    enrolled: bool = True
    disabled: bool = False
    must_change: bool = False
    """The password was given by an administrator: the directory wants another one before anything."""
    note_cs: str = ""
    note_en: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.surname}"


def member(given: str, surname: str, places: Sequence[Place], cs: str, en: str) -> Inhabitant:
    login = f"{plain(surname)}.{plain(given)}"
    return Inhabitant(login=login, given=given, surname=surname, places=tuple(places), note_cs=cs, note_en=en)


CAST = (
    member("Jana", "Nováková", [(HULIN, Role.REGISTRAR), (HULIN, Role.CLERK)],
           "matrikářka a referentka v Hulíně: spisy čte a vede", "registrar and clerk of Hulín"),
    member("Petr", "Dvořák", [(HULIN, Role.MAYOR), (HULIN, Role.AUTHORISING_OFFICER)],
           "starosta Hulína: spisy čte a podepisuje", "mayor of Hulín: reads and signs"),
    member("Tomáš", "Horák", [(CENTRE, Role.CLERK), (HULIN, Role.BUDGET_MANAGER)],
           "referent v Kroměříži a správce rozpočtu v Hulíně: volí, za koho jedná",
           "clerk of Kroměříž and budget manager of Hulín: chooses for whom to act"),
    member("Věra", "Pospíšilová", [(HULIN, Role.ACCOUNTANT)], "účetní v Hulíně", "accountant of Hulín"),
    member("Martin", "Kučera", [(CENTRE, Role.SECURITY_OFFICER)],
           "manažer kybernetické bezpečnosti: auditní záznamy a ukončení relací",
           "security officer: audit log, ending sessions"),
    member("Alena", "Říhová", [(CENTRE, Role.AUDITOR)], "auditorka: záznamy pouze čte a ověřuje",
           "auditor: reads and verifies the log, no more"),
    member("Jiří", "Beneš", [(CENTRE, Role.CENTRE_ADMINISTRATOR)],
           "správce technologického centra: běžné aplikace mu zůstanou zavřené",
           "centre administrator: ordinary applications stay shut"),
    member("Pavel", "Fiala", [(CENTRE, Role.SUPPLIER), (HULIN, Role.SUPPLIER)],
           "dodavatel: jen mapy", "supplier: the map only"),
    replace(member("Lucie", "Marešová", [(HULIN, Role.CLERK)],
                   "referentka v Hulíně, která si druhý faktor teprve přidá",
                   "clerk of Hulín who has yet to enrol the second factor"), enrolled=False),
    replace(member("Karel", "Urban", [(HULIN, Role.CLERK)], "účet zablokovaný správcem adresáře",
                   "account disabled in the directory"), disabled=True),
)  # fmt: skip

ON_THEIR_OWN = MunicipalityCode("588512")
"""Chropyně runs a directory of its own, for those who work for it alone."""

Duty = tuple[Role, ...]
VILLAGE_DUTIES: tuple[Duty, ...] = (
    (Role.MAYOR, Role.AUTHORISING_OFFICER),
    (Role.DEPUTY_MAYOR,),
    (Role.ACCOUNTANT, Role.BUDGET_MANAGER),
    (Role.CLERK, Role.MAIL_ROOM),
    (Role.REGISTRAR,),
    (Role.CLERK,),
)
TOWN_DUTIES: tuple[Duty, ...] = (
    (Role.MAYOR, Role.AUTHORISING_OFFICER),
    (Role.DEPUTY_MAYOR,),
    (Role.DEPUTY_MAYOR,),
    (Role.CHIEF_CLERK, Role.AUTHORISING_OFFICER),
    (Role.ACCOUNTANT,),
    (Role.ACCOUNTANT,),
    (Role.BUDGET_MANAGER,),
    (Role.REGISTRAR,),
    (Role.MAIL_ROOM,),
    (Role.LOCAL_ADMINISTRATOR,),
)
CENTRE_DUTIES: tuple[Duty, ...] = (
    (Role.CENTRE_ADMINISTRATOR,),
    (Role.CENTRE_ADMINISTRATOR,),
    (Role.SECURITY_OFFICER,),
    (Role.AUDITOR,),
    (Role.DATA_PROTECTION_OFFICER,),
    (Role.SUPPLIER,),
    (Role.SUPPLIER,),
    *[(Role.AUTHORISING_OFFICER,)] * 6,
    *[(Role.ACCOUNTANT,)] * 5,
    *[(Role.REGISTRAR,)] * 4,
    *[(Role.MAIL_ROOM,)] * 3,
)
SHARED_ACCOUNTANTS = 6  # who keep the books of a second village too
PROTECTED_VILLAGES = 12  # where the centre's data protection officer serves as well


def inhabitants(codes: Sequence[MunicipalityCode], seed: int = SEED) -> tuple[Inhabitant, ...]:
    """The cast and everybody else, for these municipalities; the cast needs CENTRE and HULIN among them."""
    chance = random.Random(seed)  # noqa: S311 - names, not secrets
    places = _shared([duty for code in sorted(codes) for duty in _duties(code, chance)], codes)
    taken = Counter(one.login for one in CAST)
    everybody = [*CAST, *(_somebody(held, chance, taken) for held in places)]
    late = {one.login for one in chance.sample(everybody[len(CAST) :], NOT_ENROLLED - 1)}
    return tuple(_noted(replace(one, enrolled=one.enrolled and one.login not in late)) for one in everybody)


def _noted(one: Inhabitant) -> Inhabitant:
    if (HULIN, Role.MAIL_ROOM) in one.places:
        return replace(
            one,
            must_change=True,
            note_cs="pracovník podatelny v Hulíně: musí si při přihlášení zvolit nové heslo",
            note_en="mail room of Hulín: has to choose a new password at the sign-in",
        )
    if (HULIN, Role.LOCAL_ADMINISTRATOR) in one.places:
        return replace(
            one,
            note_cs="místní správce Hulína: navrhuje změny pravidel, schválí je někdo jiný",
            note_en="administrator of Hulín: proposes policies, which somebody else approves",
        )
    if (ON_THEIR_OWN, Role.MAYOR) not in one.places:
        return one
    return replace(
        one,
        note_cs=f"z obce s vlastním adresářem; přihlásí se i jako {one.login}@chropyne.test",
        note_en=f"of a municipality with a directory of its own; signs in as {one.login}@chropyne.test too",
    )


def _duties(code: MunicipalityCode, chance: random.Random) -> Iterator[list[Place]]:
    """What people of one office do, without the featured people, who have their own."""
    town = code in TOWNS
    size = TOWNS[code] if town else chance.randint(*VILLAGE)
    duties = [*(TOWN_DUTIES if town else VILLAGE_DUTIES), *(CENTRE_DUTIES if code == CENTRE else ())]
    featured = [tuple(role for where, role in one.places if where == code) for one in CAST]
    for roles in filter(None, featured):
        size -= 1
        if roles in duties:
            duties.remove(roles)
    for number in range(size):
        roles = duties[number] if number < len(duties) else (Role.CLERK,)
        yield [(code, role) for role in roles]


def _shared(places: list[list[Place]], codes: Sequence[MunicipalityCode]) -> list[list[Place]]:
    """Some accountants keep two villages' books; the data protection officer serves many."""
    villages = sorted(code for code in codes if code not in TOWNS)
    accountants = [held for held in places if held[0][0] in villages and held[0][1] is Role.ACCOUNTANT]
    for held, (code, role) in zip(
        accountants[::5][:SHARED_ACCOUNTANTS], [each[0] for each in accountants[1::5]], strict=False
    ):
        held.append((code, role))
    for held in places:
        if held[0][1] is Role.DATA_PROTECTION_OFFICER:
            held.extend((code, Role.DATA_PROTECTION_OFFICER) for code in villages[:PROTECTED_VILLAGES])
    return places


WOMENS_WORK = frozenset(
    {Role.REGISTRAR, Role.ACCOUNTANT}
)  # the registrars of the vocabulary's Czech are women


def _somebody(held: list[Place], chance: random.Random, taken: Counter[str]) -> Inhabitant:
    woman = held[0][1] is Role.REGISTRAR or chance.random() < (0.8 if held[0][1] in WOMENS_WORK else 0.5)
    given = chance.choice(WOMEN if woman else MEN)
    surname = chance.choice(SURNAMES)[1 if woman else 0]
    login = f"{plain(surname)}.{plain(given)}"
    taken[login] += 1
    number = str(taken[login]) if taken[login] > 1 else ""
    return Inhabitant(login=login + number, given=given, surname=surname, places=tuple(sorted(held)))
