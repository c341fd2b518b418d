from pathlib import Path

from msgspec.structs import replace

from config.district import read_district
from config.settings import Devices
from config.vocabulary import MunicipalityCode
from gateway.commands.addresses import Addresses
from gateway.commands.own_applications import DEVICES, OWN
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
    assert (
        len(uris) == len(set(uris)) == len(OWN)
    )  # and the host of both; none of devices, which are not enrolled
    assert uris[-1] == "https://urad-588491.brana.test:8443/.brana/callback"


def test_where_devices_are_enrolled_people_come_back_to_their_host_as_it_is_called() -> None:
    without = addresses()
    assert not any("devices" in one for one in without.redirect_uris())
    enrolling = replace(without.settings, devices=Devices(enabled=True, host="zarizeni"))
    made = Addresses(enrolling, DISTRICT)
    here = "https://zarizeni.brana.test:8443"
    assert f"{here}/.brana/callback" in made.redirect_uris()
    assert made.of_own(DEVICES) == here
