"""How devices are sorted into states, counted and found. Pure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from gateway.web.devices.listing import PAGE, Health, Wanted, health, listed
from tests.gateway.authorize.test_devices import FRESH, NOW, notebook
from tests.gateway.devices.agent import IN_ORDER
from tests.gateway.web.people import HULIN, KVASICE, MUNICIPALITIES

NO_FIREWALL = {name: fact for name, fact in IN_ORDER.items() if name is not FactName.FIREWALL}
AMISS = IN_ORDER | {FactName.FIREWALL: Fact(False, "nft")}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, Health.IN_ORDER),
        ({"facts": AMISS}, Health.FAILING),
        ({"facts": NO_FIREWALL}, Health.UNCLEAR),
        ({"facts": AMISS, "reported_at": NOW - FRESH}, Health.STALE),
        ({"facts": {}, "reported_at": None}, Health.STALE),
        ({"facts": AMISS, "standing": Standing.BLOCKED}, Health.BLOCKED),
        ({"standing": Standing.WAITING, "reported_at": None}, Health.WAITING),
        ({"standing": Standing.RETIRED}, Health.GONE),
        ({"standing": Standing.LOST}, Health.GONE),
    ],
)
def test_the_first_state_that_holds_counts(said, found) -> None:
    assert health(notebook(**said), FRESH, NOW) is found


def of(number: int, **said):
    return notebook(id=f"{number:022d}", name=f"PC {number:03}", municipality=HULIN, **said)


def found(devices, page: int = 1, **wanted):
    return listed(devices, Wanted(**wanted), page, FRESH, NOW, MUNICIPALITIES.__getitem__)


def test_a_page_is_in_order_and_one_that_is_not_there_is_the_last() -> None:
    devices = [of(number) for number in range(PAGE, -1, -1)]
    first = found(devices)
    assert [row.device.name for row in first.rows] == [f"PC {number:03}" for number in range(PAGE)]
    assert (first.page, first.pages, first.found) == (1, 2, PAGE + 1)
    assert [row.device.name for row in found(devices, 9).rows] == [f"PC {PAGE:03}"]
    assert found(devices, -3).page == 1
    assert (found([]).pages, found([]).in_use) == (1, 0)


def test_what_is_gone_is_counted_apart_and_listed_only_where_it_is_asked_for() -> None:
    devices = [of(1), of(2, standing=Standing.LOST), of(3, facts=AMISS)]
    every = found(devices)
    assert (every.in_use, every.counts[Health.GONE], every.found) == (2, 1, 2)
    gone = found(devices, health=Health.GONE)
    assert [row.device.name for row in gone.rows] == ["PC 002"]
    assert gone.counts == every.counts  # whichever state is asked for


def test_municipalities_come_by_the_alphabet_and_names_within_them() -> None:
    devices = [replace(of(1), municipality=KVASICE), of(2), replace(of(3), name="Čtečka"), of(4)]
    assert [row.device.name for row in found(devices).rows] == ["Čtečka", "PC 002", "PC 004", "PC 001"]
    assert [row.device.name for row in found(devices, municipality=KVASICE).rows] == ["PC 001"]
    late = listed(devices, Wanted(), 1, timedelta(), NOW, MUNICIPALITIES.__getitem__)
    assert late.counts[Health.STALE] == len(devices)
