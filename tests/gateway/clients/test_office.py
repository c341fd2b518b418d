"""What administrators do about clients, over a real database of each kind."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from joserfc.jwk import ECKey

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Code, Entry
from gateway.clients.in_force import InForce, Known
from gateway.clients.office import OVERLAP, ClientOffice, Reach
from gateway.clients.own import Described, OwnClient, as_client
from gateway.clients.refused import ActRefused, Why
from gateway.clients.rules import Around
from gateway.incidents.by import By
from gateway.storage.database import Database
from gateway.storage.own_clients import StoredClients
from idp.oidc.client import Client, ClientId, Scope
from tests.gateway.storage.conftest import database, recorded

__all__ = ["database", "recorded"]
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
BY = By(subject="urad:1", login="sprava", own_municipality=KROMERIZ)
GIS = Described(
    title="Mapy",
    municipality=HULIN,
    redirect_uris=("https://gis.test/cb",),
    authentication="client_secret_basic",
)


@dataclass
class Centre:
    office: ClientOffice
    store: StoredClients
    entries: list[Entry]
    in_force: InForce = field(default_factory=InForce)

    @property
    def last(self) -> Entry:
        return self.entries[-1]

    def client(self, name: str = "gis") -> Client | None:
        return self.in_force.clients.get(ClientId(name))


@pytest.fixture
def centre(database: Database, recorded) -> Centre:
    store = StoredClients(database, recorded.append_all)

    async def record(entries: Sequence[Entry]) -> None:
        recorded.extend(entries)

    async def took() -> None:
        made.in_force.take(await store.all(), bytes)

    around = Around({"brana-gateway", "configured"}, {"map"}, {HULIN, KROMERIZ})
    made = Centre(ClientOffice(store, lambda: around, took, record), store, recorded)
    return made


async def refused(centre: Centre, act, reason: Why) -> ActRefused:
    with pytest.raises(ActRefused) as caught:
        await act
    assert caught.value.reason is reason
    assert (centre.last.code, centre.last.outcome, centre.last.reason) == (
        Code.CLIENT_ACT_REFUSED,
        "refused",
        reason,
    )
    return caught.value


async def test_one_that_is_added_is_in_force_with_a_secret_that_no_entry_has(centre: Centre) -> None:
    text = await centre.office.add("gis", GIS, BY, NOW)
    client = centre.client()
    assert client is not None
    assert client.secret_shown(text, NOW)
    assert client.secret_shown(text + "x", NOW) is None
    assert (centre.last.code, centre.last.municipality) == (Code.CLIENT_ADDED, HULIN)
    assert "redirect_uris: – → https://gis.test/cb" in centre.last.details["changes"]
    assert text not in repr(centre.entries)
    assert text not in repr(await centre.store.all())


async def test_a_change_says_what_was_before_and_what_is_now(centre: Centre) -> None:
    await centre.office.add("gis", GIS, BY, NOW)
    other = replace_of(GIS, redirect_uris=("https://gis.test/jinam",))
    await centre.office.change("gis", other, NOW, BY, NOW + timedelta(minutes=1))
    assert centre.last.code is Code.CLIENT_CHANGED
    assert centre.last.details["changes"] == ["redirect_uris: https://gis.test/cb → https://gis.test/jinam"]
    client = centre.client()
    assert client is not None
    assert client.redirect_uris == {"https://gis.test/jinam"}
    await refused(centre, centre.office.change("gis", GIS, NOW, BY, NOW), Why.CHANGED_MEANWHILE)


async def test_what_is_suspended_or_removed_is_in_force_no_more(centre: Centre) -> None:
    await centre.office.add("gis", GIS, BY, NOW)
    await centre.office.suspend("gis", BY, NOW)
    assert (centre.client(), centre.last.code) == (None, Code.CLIENT_SUSPENDED)
    await refused(centre, centre.office.suspend("gis", BY, NOW), Why.SUSPENDED)
    await centre.office.resume("gis", BY, NOW)
    assert centre.last.code is Code.CLIENT_RESUMED
    assert centre.client() is not None
    await refused(centre, centre.office.resume("gis", BY, NOW), Why.NOT_SUSPENDED)
    await centre.office.remove("gis", BY, NOW)
    assert (centre.client(), centre.last.code) == (None, Code.CLIENT_REMOVED)
    assert await centre.store.all() == []
    await refused(centre, centre.office.remove("gis", BY, NOW), Why.UNKNOWN)


async def test_a_secret_before_is_good_for_its_overlap_and_can_be_ended_at_once(centre: Centre) -> None:
    first = await centre.office.add("gis", GIS, BY, NOW)
    second, kept = await centre.office.make_secret("gis", OVERLAP, BY, NOW)
    assert (centre.last.code, centre.last.details["secret"]) == (Code.CLIENT_SECRET_MADE, kept.id)
    client, late = centre.client(), NOW + OVERLAP
    assert client is not None
    assert client.secret_shown(second, late) == kept.id
    assert client.secret_shown(first, late - timedelta(seconds=1))
    assert client.secret_shown(first, late) is None
    await centre.office.end_secret("gis", kept.id, BY, NOW)
    client = centre.client()
    assert client is not None
    assert client.secret_shown(second, NOW) is None
    assert client.secret_shown(first, NOW)
    assert centre.last.code is Code.CLIENT_SECRET_ENDED
    await refused(centre, centre.office.end_secret("gis", kept.id, BY, NOW), Why.SECRET_OVER)
    assert second not in repr(centre.entries)


async def test_a_shorter_overlap_counts_and_a_longer_one_prolongs_nothing(centre: Centre) -> None:
    first = await centre.office.add("gis", GIS, BY, NOW)
    await centre.office.make_secret("gis", timedelta(hours=1), BY, NOW)
    await centre.office.make_secret("gis", timedelta(days=7), BY, NOW)
    client = centre.client()
    assert client is not None
    assert client.secret_shown(first, NOW + timedelta(hours=1)) is None
    await refused(centre, centre.office.make_secret("gis", OVERLAP, BY, NOW), Why.MOST_SECRETS)
    for wrong in (timedelta(days=7, seconds=1), timedelta(seconds=-1)):
        await refused(centre, centre.office.make_secret("gis", wrong, BY, NOW), Why.OVERLAP)
    public = replace_of(GIS, authentication="none")
    assert await centre.office.add("public", public, BY, NOW) == ""
    await refused(centre, centre.office.make_secret("public", OVERLAP, BY, NOW), Why.NO_SECRETS)


async def test_when_a_secret_was_last_shown_is_kept_and_an_old_one_warns(centre: Centre) -> None:
    text = await centre.office.add("gis", GIS, BY, NOW)
    client = centre.client()
    assert client is not None
    centre.in_force.note("gis", client.secret_shown(text, NOW) or "", NOW)
    used = centre.in_force.used()
    await centre.store.note_used(used)
    await centre.store.note_used({next(iter(used)): NOW - timedelta(days=1)})  # by another node, late
    [one] = await centre.store.all()
    assert one.secrets[0].used_at == NOW
    assert not one.has_old_secret(NOW + timedelta(days=364))
    assert one.has_old_secret(NOW + timedelta(days=365))
    assert centre.in_force.used() == {}


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"redirect_uris": ("https://*.test/cb",)}, "redirect_uris"),
        ({"redirect_uris": ("https://gis.test/cb#x",)}, "redirect_uris"),
        ({"redirect_uris": ("javascript:alert(1)",)}, "redirect_uris"),
        ({"redirect_uris": ("http://127.0.0.1/cb",)}, "redirect_uris"),
        ({"redirect_uris": ()}, "redirect_uris"),
        ({"redirect_uris": ("https://a@gis.test/",)}, "redirect_uris"),
        ({"redirect_uris": tuple(f"https://gis.test/{n}" for n in range(21))}, "redirect_uris"),
        ({"post_logout_redirect_uris": ("http://gis.test/",)}, "post_logout_redirect_uris"),
        ({"frontchannel_logout_uri": "https://jinde.test/out"}, "frontchannel_logout_uri"),
        ({"application": "nothing"}, "application"),
        ({"authentication": "private_key_jwt"}, "authentication"),
        ({"jwks": "{}"}, "jwks"),
        ({"sector": "gis.test"}, "sector"),
        ({"municipality": MunicipalityCode("1")}, "municipality"),
        ({"title": " "}, "title"),
        ({"title": "Mapy\u202e"}, "title"),
    ],
)
async def test_what_the_configuration_refuses_is_refused_here_too(centre: Centre, changes, where) -> None:
    wrong = replace_of(GIS, **changes)
    faults = (await refused(centre, centre.office.add("gis", wrong, BY, NOW), Why.DESCRIPTION)).faults
    assert [field for field, _, _ in faults] == [where]
    assert await centre.store.all() == []


async def test_a_private_key_is_not_kept(centre: Centre) -> None:
    key = ECKey.generate_key("P-256")
    keys = json.dumps({"keys": [key.as_dict(private=True)]})
    signs = replace_of(GIS, authentication="private_key_jwt", jwks=keys)
    faults = (await refused(centre, centre.office.add("gis", signs, BY, NOW), Why.DESCRIPTION)).faults
    assert faults[0][1] == "holds a private key"
    public = replace_of(signs, jwks=json.dumps({"keys": [key.as_dict(private=False)]}))
    await centre.office.add("gis", public, BY, NOW)
    client = centre.client()
    assert client is not None
    assert client.keys is not None


@pytest.mark.parametrize("name", ["", "Gis", "-gis", "g is", "a" * 49, "<b>", "gis\n"])
async def test_an_id_is_plain(centre: Centre, name: str) -> None:
    await refused(centre, centre.office.add(name, GIS, BY, NOW), Why.ID)


async def test_an_id_is_nobody_else_s(centre: Centre) -> None:
    await centre.office.add("gis", GIS, BY, NOW)
    for taken in ("gis", "configured", "brana-gateway"):
        await refused(centre, centre.office.add(taken, GIS, BY, NOW), Why.ID_TAKEN)


async def test_whoever_acts_for_another_municipality_knows_of_none_and_who_has_not_confirmed_does_nothing(
    centre: Centre,
) -> None:
    await centre.office.add("gis", GIS, BY, NOW)
    [before] = await centre.store.all()
    secret, there = before.secrets[0].id, Reach(KROMERIZ)
    assert await centre.office.all(there) == []
    assert await centre.office.one("gis", there) is None
    for reach, by, reason in (
        (there, BY, Why.UNKNOWN),
        (Reach(HULIN), replace(BY, confirmed=False), Why.NOT_CONFIRMED),
    ):
        for act in (
            centre.office.change("gis", GIS, NOW, by, NOW, reach),
            centre.office.suspend("gis", by, NOW, reach),
            centre.office.remove("gis", by, NOW, reach),
            centre.office.make_secret("gis", OVERLAP, by, NOW, reach),
            centre.office.end_secret("gis", secret, by, NOW, reach),
        ):
            await refused(centre, act, reason)
    assert await centre.store.all() == [before]


async def test_an_id_of_the_configuration_is_the_configuration_s(centre: Centre) -> None:
    await centre.office.add("gis", GIS, BY, NOW)
    await centre.office.add("hours", replace_of(GIS, title="Docházka"), BY, NOW)
    mine = Client(id=ClientId("gis"), redirect_uris=frozenset({"https://configured.test/cb"}))
    known = Known({mine.id: mine}, lambda: centre.in_force.clients)
    assert known[ClientId("gis")] is mine
    assert sorted(known) == ["gis", "hours"]
    assert len(known) == 2
    assert known.get(ClientId("nothing")) is None


def test_a_field_that_another_version_has_added_is_read_past() -> None:
    text = msgspec.json.encode(msgspec.structs.asdict(GIS) | {"later": 1})
    assert msgspec.json.decode(text, type=Described) == GIS


async def test_a_scope_that_another_version_has_added_tells_nothing_here(centre: Centre) -> None:
    described = replace_of(GIS, scopes=("roles", "of_next_year"))
    client = as_client(OwnClient(id=ClientId("gis"), described=described, made_at=NOW, changed_at=NOW), bytes)
    assert client.scopes == {Scope.OPENID, Scope.ROLES}
    faults = (await refused(centre, centre.office.add("gis", described, BY, NOW), Why.DESCRIPTION)).faults
    assert [field for field, _, _ in faults] == ["scopes"]


def replace_of(one: Described, **changes) -> Described:
    return msgspec.structs.replace(one, **changes)


def test_a_pairwise_one_knows_people_by_its_own_names() -> None:
    own = OwnClient(
        id=ClientId("gis"), described=replace_of(GIS, subject_type="pairwise"), made_at=NOW, changed_at=NOW
    )
    client = as_client(own, lambda name: name[::-1])
    assert client.subject_of("urad:1") != "urad:1"  # type: ignore[arg-type]
