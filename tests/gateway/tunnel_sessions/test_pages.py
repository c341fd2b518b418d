"""Which domains lead a device into its tunnel: those of pages alone, never what it needs where the tunnel is dead."""

from pathlib import Path

from msgspec.structs import replace

from config.district import read_district
from config.hosts import our_hosts
from config.settings import Application, Devices, Settings, Tunnels
from config.vocabulary import MunicipalityCode
from gateway.tunnel_sessions.pages import NONE, OURS, Pages
from tests.rig.envoy import DOMAIN, hosting, settings_for

DISTRICT = read_district(Path(__file__).parents[3] / "config/examples/kromeriz.csv")
HULIN, CENTRE = MunicipalityCode("588491"), MunicipalityCode("588296")
UPSTREAM = "http://127.0.0.1:1"
ALWAYS = {f"{one}.{DOMAIN}" for one in OURS}


def settings(*applications: Application, **tunnels: object) -> Settings:
    usual = settings_for(Path("state"), 8443, UPSTREAM)
    made = Tunnels(**({"endpoint": f"tunel.{DOMAIN}"} | tunnels))
    return replace(usual, applications=list(applications), tunnels=made, devices=Devices(enabled=True))


def told(found: Settings, *municipalities: MunicipalityCode) -> set[str]:
    return set(Pages.of(found, DISTRICT).of_people_in(municipalities or (HULIN,))) - ALWAYS


def test_pages_of_applications_are_told_and_what_opens_the_tunnel_is_not() -> None:
    found = settings(hosting("Spis", UPSTREAM, host=f"Spis.{DOMAIN}"))
    assert told(found) == {f"spis.{DOMAIN}"}
    pages = Pages.of(found, DISTRICT).of_people_in([HULIN])
    outside = {*our_hosts(found)} - ALWAYS | {f"tunel.{DOMAIN}"}
    assert outside >= {f"{one}.{DOMAIN}" for one in ("login", "portal", "devices")}
    assert not any(f".{host}".endswith(f".{page}") for host in outside for page in pages)


def test_without_tunnels_nothing_is_told() -> None:
    assert Pages.of(replace(settings(), tunnels=None), DISTRICT) == NONE


def test_each_municipality_is_told_its_own_hosts() -> None:
    found = settings(hosting("spis", UPSTREAM, host=f"spis-{{municipality}}.{DOMAIN}"))
    assert told(found) == {f"spis-{HULIN}.{DOMAIN}"}
    assert told(found, HULIN, CENTRE) == {f"spis-{HULIN}.{DOMAIN}", f"spis-{CENTRE}.{DOMAIN}"}


def test_hosts_below_one_label_are_told_as_one_domain() -> None:
    one = hosting("spis", UPSTREAM, host=f"{{municipality}}.spis.{DOMAIN}")
    assert told(settings(one), HULIN, CENTRE) == {f"spis.{DOMAIN}"}
    beside = hosting("rozhrani", UPSTREAM, technical_host=f"api.spis.{DOMAIN}")
    assert told(settings(one, beside)) == {f"{HULIN}.spis.{DOMAIN}", f"rozhrani.{DOMAIN}"}
    assert told(settings(one, endpoint=f"tunel.spis.{DOMAIN}")) == {f"{HULIN}.spis.{DOMAIN}"}
    assert told(settings(one, domains=[f"data.spis.{DOMAIN}"])) == {f"{HULIN}.spis.{DOMAIN}"}


def test_what_is_not_ours_alone_is_reached_outside() -> None:
    """Below somebody else's domain there are names that a device would find no more."""
    assert told(settings(hosting("web", UPSTREAM, host="obec.example"))) == set()
    assert told(settings(hosting("web", UPSTREAM, host=DOMAIN))) == set()
    assert (
        told(settings(hosting("spis", UPSTREAM, host=f"spis.{DOMAIN}"), endpoint=f"spis.{DOMAIN}")) == set()
    )


def test_no_more_is_told_than_an_agent_takes() -> None:
    many = [hosting(f"a{number}", UPSTREAM) for number in range(40)]
    assert len(Pages.of(settings(*many), DISTRICT).of_people_in([])) == 32
    few = settings(*many, domains=["data.example", "sluzby.example"])
    assert len(found := Pages.of(few, DISTRICT).of_people_in([])) == 30
    assert ALWAYS | {f"a0.{DOMAIN}", f"a26.{DOMAIN}"} <= found
