from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import OfficeNetwork, SignIn
from idp.directory.lockout import NO_LOCKOUT, Lockout
from idp.directory.realms import ONE_DIRECTORY
from idp.login import purses
from idp.login.handle import HandleHash
from idp.login.purses import Kind
from idp.login.throttle import Scope
from tests.rig.people import JANA_ID, PETR_ID

LIMITS = SignIn(
    networks=[
        OfficeNetwork(networks=["10.0.0.0/8"], attempts_per_address=90, attempts_per_network=900),
        OfficeNetwork(
            networks=["10.1.0.0/16", "2001:db8:77::/48"], attempts_per_address=60, attempts_per_network=600
        ),
    ]
)
ONE, OTHER = HandleHash(b"1" * 32), HandleHash(b"2" * 32)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("", "nonsense", True),
    ],
)
def test_addresses_of_one_holder_share_a_purse(one, other, same):
    assert (purses.address_key(one) == purses.address_key(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:5::1", "2001:db8:5:ffff::1", True),
        ("2001:db8:5::1", "2001:db8:6::1", False),
        ("::ffff:192.0.2.9", "192.0.2.1", True),
        ("10.2.0.1", "10.200.0.1", True),
        ("10.1.0.1", "10.2.0.1", False),
        ("10.1.0.1", "10.1.255.1", True),
        ("", "nonsense", True),
    ],
)
def test_neighbours_in_a_network_share_its_purse(one, other, same):
    assert (purses.of_place(one, LIMITS)[1] == purses.of_place(other, LIMITS)[1]) is same


@pytest.mark.parametrize(
    ("address", "per_address", "per_network"),
    [
        ("192.0.2.1", 50, 200),
        ("10.9.0.1", 90, 900),
        ("10.1.0.1", 60, 600),
        ("2001:db8:77:5::1", 60, 600),
        ("?", 50, 200),
    ],
)
def test_networks_of_the_office_have_limits_of_their_own_and_the_narrowest_counts(
    address, per_address, per_network
):
    found = {purse.scope: purse.limit.guesses for purse in purses.of_place(address, LIMITS)}
    assert found == {Scope.ADDRESS: per_address, Scope.NETWORK: per_network}


def test_the_size_of_a_network_can_be_set():
    wide = SignIn(network_prefix_ipv4=16, network_prefix_ipv6=32)
    assert purses.of_place("192.0.2.1", wide)[1] == purses.of_place("192.0.99.1", wide)[1]
    assert purses.of_place("2001:db8:1::1", wide)[1] == purses.of_place("2001:db8:2::1", wide)[1]


@given(st.text(max_size=60) | st.ip_addresses().map(str))
def test_every_address_text_has_keys_that_fit_their_columns(text):
    assert len(purses.address_key(text)) <= 64
    assert all(len(purse.key) <= 200 for purse in purses.of_place(text, LIMITS))


def test_a_typed_login_does_not_stand_in_the_key():
    (key,) = purses.login_keys("Tajne-heslo-v-jinem-poli", ONE_DIRECTORY)
    assert "Tajne" not in key


@pytest.mark.parametrize(
    "spelling", [" jana.novák", "JANA.NOVAK", "jana.novák", "jana . novak", "ｊana.novak"]
)
def test_spellings_that_any_directory_takes_as_one_name_have_one_key(spelling):
    found, same, other = (
        purses.login_keys(login, ONE_DIRECTORY) for login in (spelling, "Jana.Novák", "jana.novakova")
    )
    assert found == same != other


def test_no_purse_of_one_account_kind_or_browser_is_anothers():
    found = [
        purse.key
        for who in (JANA_ID, PETR_ID)
        for kind in Kind
        for browser in (None, ONE, OTHER)
        for purse in purses.of_account(who, browser, kind, LIMITS)[:1]
    ]
    assert len(set(found)) == len(found)


def test_browsers_of_one_person_have_a_bound_together():
    (own, together), (_, same) = (
        purses.of_account(JANA_ID, browser, Kind.PASSWORD, LIMITS) for browser in (ONE, OTHER)
    )
    assert together == same
    assert own.limit.guesses < together.limit.guesses < 3 * own.limit.guesses


@pytest.mark.parametrize(
    ("attempts", "strangers", "all_together"),
    [(2, 1, 1), (3, 1, 2), (4, 2, 3), (5, 3, 4), (10, 6, 9), (1, 1, 1)],
)
def test_what_reaches_the_directory_stays_below_its_lock_out_and_leaves_some_for_known_browsers(
    attempts, strangers, all_together
):
    part, whole = purses.of_directory(JANA_ID, Lockout(attempts, MINUTE), known=False)
    assert (part.limit.guesses, whole.limit.guesses) == (strangers, all_together)
    assert purses.of_directory(JANA_ID, Lockout(attempts, MINUTE), known=True) == (whole,)
    assert whole.limit.window > MINUTE


def test_a_directory_that_locks_nobody_limits_nothing():
    assert purses.of_directory(JANA_ID, NO_LOCKOUT, known=False) == ()
