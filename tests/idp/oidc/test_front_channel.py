"""What a browser loads of applications at a sign-out."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from config.vocabulary import SessionId
from idp.oidc.client import Client, ClientId
from idp.oidc.front_channel import addresses, source

GIS, LIBRARY = ClientId("gis"), ClientId("library")
REGISTERED = {
    name: Client(id=name, redirect_uris=frozenset({"https://x.test/cb"}), frontchannel_logout_uri=uri)
    for name, uri in ((GIS, "https://gis.obec.test/konec?a=1"), (LIBRARY, "https://knihovna.obec.test/konec"))
}
SID = SessionId("s" * 22)


def test_each_says_of_which_session_of_which_provider_it_is() -> None:
    found = addresses([LIBRARY, GIS, ClientId("other")], REGISTERED, "https://login.obec.test", SID)
    assert [urlsplit(one).netloc for one in found] == ["knihovna.obec.test", "gis.obec.test"]
    said = [parse_qs(urlsplit(one).query) for one in found]
    which = {"iss": ["https://login.obec.test"], "sid": [SID]}
    assert said == [which, {"a": ["1"], **which}]


def test_one_with_names_of_its_own_hears_its_own() -> None:
    own = replace(REGISTERED[GIS], pseudonym=lambda name: b"own" + name[:3], sector="gis")
    (found,) = addresses([GIS], {GIS: own}, "https://login.obec.test", SID)
    assert parse_qs(urlsplit(found).query)["sid"] == [own.session_of(SID)]
    assert SID not in found


def test_who_signed_in_nowhere_loads_nothing() -> None:
    assert addresses([], REGISTERED, "https://login.obec.test", SID) == ()


def test_a_policy_names_them_without_their_query() -> None:
    assert source("https://gis.obec.test:8443/konec?a=1&sid=x") == "https://gis.obec.test:8443/konec"
