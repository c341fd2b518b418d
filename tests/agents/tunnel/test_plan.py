"""What an interface is to be: of what the gateway gave, and nothing more. And when a device asks again."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.command import tunnel_telling
from agents.command.telling import moment
from agents.command.tunnel_words import TUNNEL
from agents.kept.state import ShownTunnel
from agents.protocol.messages import Refusal
from agents.protocol.tunnel import Link, Reached, Transport, TunnelGiven, Why
from agents.tunnel.plan import BadKey, as_peer, names_of, octets_of, plan_of, told
from agents.tunnel.standing import AGAIN, Standing, ended, heard, until
from config.vocabulary import Language

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
KEY = "3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
OUTER = ip_address("198.51.100.2")
REFUSED = Refusal(reason="device_gone", cs="Ne.", en="No.")


def reached(*addresses, name=None):
    return Reached(
        id="a",
        cs="a",
        en="a",
        name=name,
        addresses=list(addresses),
        transport=Transport.TCP,
        ports=[22],
        until=NOW,
    )


def gave(*targets, **link):
    words = {
        "host": "brana.example",
        "port": 51820,
        "gateway_key": KEY,
        "addresses": ["10.90.0.11"],
        "mtu": 1420,
        "keepalive": 25,
        "until": NOW + timedelta(hours=1),
        **link,
    }
    return TunnelGiven(
        nonce="n" * 16, again_within=60, open_at="https://a.cz/t", link=Link(**words), reached=list(targets)
    )


def test_ways_lead_to_single_addresses_and_never_to_the_gateways_own():
    plan = plan_of(gave(reached("10.1.0.5", str(OUTER)), servers=["10.90.0.1"]))
    assert [str(one) for one in plan.ways_beside(OUTER)] == ["10.1.0.5", "10.90.0.1"]
    said = told(plan, OUTER, None).decode().splitlines()
    assert [one for one in said if one.startswith("allowed_ip")] == [
        "allowed_ip=10.1.0.5/32",
        "allowed_ip=10.90.0.1/32",
    ]
    assert as_peer(plan, OUTER)["allowed_ips"] == ["10.1.0.5/32", "10.90.0.1/32"]


def test_what_has_no_own_address_of_its_version_has_no_way():
    plan = plan_of(gave(reached("10.1.0.5", "fd00:1::5"), servers=["fd00:90::1"], domains=["urad.example"]))
    assert {str(one) for one in plan.ways} == {"10.1.0.5"}
    assert names_of(plan, "brana0") == ()


def test_peers_are_replaced_at_the_beginning_alone():
    plan = plan_of(gave(reached("10.1.0.5")))
    first, later = told(plan, OUTER, bytes(range(32))), told(plan, OUTER, None)
    assert (b"replace_peers" in first, b"replace_peers" in later, b"private_key" in later) == (
        True,
        False,
        False,
    )
    assert b"endpoint=[fd00::1]:51820" in told(plan, ip_address("fd00::1"), None)


def test_names_are_asked_below_the_domains_alone():
    plan = plan_of(gave(servers=["10.90.0.1"], domains=["urad.example", "sluzby.example.cz"]))
    assert names_of(plan, "brana0") == (
        ("resolvectl", "dns", "brana0", "10.90.0.1"),
        ("resolvectl", "domain", "brana0", "~urad.example", "~sluzby.example.cz"),
        ("resolvectl", "default-route", "brana0", "no"),
    )


@pytest.mark.parametrize("key", [KEY[:-1], KEY[:-2] + "B=", KEY.replace("+", "-"), " " + KEY[1:], "A" * 44])
def test_a_key_has_one_text(key):
    with pytest.raises(BadKey):
        octets_of(key)


@given(octets=st.binary(min_size=32, max_size=32))
def test_every_key_is_read_as_it_is_written(octets):
    assert octets_of(b64encode(octets).decode()) == octets


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 7200),
        st.one_of(
            st.none(),
            st.just(REFUSED),
            st.builds(
                lambda ends, within: msgspec.structs.replace(
                    gave(until=NOW + timedelta(seconds=ends)), again_within=within
                ),
                st.integers(-100, 10_000),
                st.integers(1, 86_400),
            ),
        ),
    ),
    max_size=12,
)


@given(events=EVENTS)
def test_whatever_is_heard_nothing_holds_beyond_its_end_and_it_is_asked_in_time(events):
    """Never: a link that is over, a gateway asked without a pause, or one that is never asked again."""
    state, now = Standing(), NOW
    for seconds, said in events:
        now += timedelta(seconds=seconds)
        state = ended(state, now)
        assert state.given is None or state.given.link is None or state.given.link.until > now
        if not state.due(now):
            continue
        before, state = state, heard(state, said, now)
        if said is None:
            assert state.given == before.given
        if isinstance(said, Refusal):
            assert state.given is None
        assert state.given is None or state.given.link is None or state.given.link.until > now
        assert state.ask_at >= now + timedelta(seconds=5)
        assert until(state, now) <= now + max(AGAIN, timedelta(days=1))


@pytest.mark.parametrize("said", [gave(), None, REFUSED])
def test_a_clock_that_was_set_back_keeps_nobody_from_asking(said):
    """At the start of a machine it is often an hour fast, until it hears the time."""
    state = heard(heard(Standing(), gave(), NOW), said, NOW)
    assert not state.due(NOW + timedelta(seconds=1))
    assert state.due(NOW - timedelta(hours=1))
    again = heard(state, said, NOW - timedelta(hours=1))
    assert not again.due(NOW - timedelta(hours=1) + timedelta(seconds=1))


def test_every_trouble_has_its_words_in_both_languages():
    for trouble in ("unreachable", "refused", "failed", "over"):
        for tongue in Language:
            assert TUNNEL[trouble][tongue] in "\n".join(
                tunnel_telling.tunnel(ShownTunnel(trouble=trouble), tongue)
            )
    assert all(len(set(text.values())) == 2 for name, text in TUNNEL.items() if name != "ports")


def test_who_opened_it_and_until_when_is_told():
    opened, ends = (datetime(2026, 11, 28, hour, tzinfo=UTC) for hour in (8, 16))
    shown = ShownTunnel(until=ends, opened_by="novakova.jana", opened_at=opened)
    first, second = tunnel_telling.tunnel(shown, Language.ENGLISH)
    assert first.endswith(moment(ends, Language.ENGLISH))
    assert second == f"Opened by the account: novakova.jana ({moment(opened, Language.ENGLISH)})"


def test_a_gateway_of_before_does_not_say_who_opened_it():
    shown = ShownTunnel(until=datetime(2026, 11, 28, tzinfo=UTC))
    assert len(list(tunnel_telling.tunnel(shown, Language.CZECH))) == 1


def test_what_is_not_there_is_told_with_what_to_do():
    why = Why(
        reason="session_over", cs="Přihlášení skončilo.", en="The session is over.", go_to="https://a.cz/s"
    )
    shown = ShownTunnel(why=why, open_at="https://a.cz/t", names_well=False)
    said = "\n".join(tunnel_telling.tunnel(shown, Language.CZECH))
    assert all(
        one in said for one in ("Přihlášení skončilo. (session_over)", "https://a.cz/s", "https://a.cz/t")
    )
    assert "systemd-resolved" in said
