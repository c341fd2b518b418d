"""What a browser loads of applications at a sign-out."""

from urllib.parse import parse_qs, urlsplit

from config.vocabulary import SessionId
from idp.oidc.client import ClientId
from idp.oidc.front_channel import addresses, source

GIS, LIBRARY = ClientId("gis"), ClientId("library")
REGISTERED = {GIS: "https://gis.obec.test/konec?a=1", LIBRARY: "https://knihovna.obec.test/konec"}
SID = SessionId("s" * 22)


def test_each_says_of_which_session_of_which_provider_it_is() -> None:
    found = addresses([LIBRARY, GIS, ClientId("other")], REGISTERED, "https://login.obec.test", SID)
    assert [urlsplit(one).netloc for one in found] == ["knihovna.obec.test", "gis.obec.test"]
    said = [parse_qs(urlsplit(one).query) for one in found]
    which = {"iss": ["https://login.obec.test"], "sid": [SID]}
    assert said == [which, {"a": ["1"], **which}]


def test_who_signed_in_nowhere_loads_nothing() -> None:
    assert addresses([], REGISTERED, "https://login.obec.test", SID) == ()


def test_a_policy_names_them_without_their_query() -> None:
    assert source("https://gis.obec.test:8443/konec?a=1&sid=x") == "https://gis.obec.test:8443/konec"
