from pathlib import Path

from msgspec.structs import replace

from config.district import read_district
from config.vocabulary import MunicipalityCode
from gateway.commands.addresses import Addresses
from gateway.commands.own_applications import OWN
from tests.rig.envoy import hosting, settings_for

DISTRICT = read_district(Path(__file__).parents[3] / "config/examples/kromeriz.csv")
HULIN = MunicipalityCode("588491")


def addresses() -> Addresses:
    shared = "urad-{municipality}.brana.test"
    applications = [
        hosting("front", "http://127.0.0.1:1", host=shared, municipalities=[HULIN]),
        hosting("spis", "http://127.0.0.1:1", host=shared, path="/spis", municipalities=[HULIN]),
    ]
    return Addresses(
        replace(settings_for(Path("state"), 8443, "http://127.0.0.1:1"), applications=applications), DISTRICT
    )


def test_an_application_begins_at_its_path() -> None:
    made = addresses()
    front, spis = made.settings.applications
    assert made.of_application(front, HULIN) == "https://urad-588491.brana.test:8443/"
    assert made.of_application(spis, HULIN) == "https://urad-588491.brana.test:8443/spis/"


def test_a_shared_host_is_one_address_to_come_back_to() -> None:
    uris = addresses().redirect_uris()
    assert len(uris) == len(set(uris)) == len(OWN) + 1  # and the host of both
    assert uris[-1] == "https://urad-588491.brana.test:8443/.brana/callback"
