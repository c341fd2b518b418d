from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import pytest

from gateway.tunnels import rules
from gateway.tunnels.permits import Admitted, Permit, Ruled, Target, Transport, ruled
from gateway.tunnels.plan import Plan
from tests.gateway.tunnels.drawn import KEYS

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
END = NOW + timedelta(minutes=1)
PLAN = Plan("brana0", (ip_network("10.90.0.0/16"), ip_network("fd00:90::/64")))
FOUR = ip_address("10.90.0.2")
SHARE = Permit(FOUR, Target(ip_address("10.1.0.5"), Transport.TCP, 445))
HOLDS = Ruled({FOUR: END}, {SHARE: END})
ELEMENT = "10.90.0.2 . 10.1.0.5 . tcp . 445"


@pytest.mark.parametrize("name", ["", "Brana", "a b", 'x"', "0a", "x" * 16, "a;drop", "a-b"])
def test_a_name_that_could_say_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name of an interface"):
        replace(PLAN, interface=name)


@pytest.mark.parametrize("pools", [(), (PLAN.pools[0], ip_network("10.80.0.0/16"))])
def test_a_tunnel_has_one_pool_of_each_version(pools) -> None:
    with pytest.raises(ValueError, match="one pool"):
        replace(PLAN, pools=pools)


def test_whatever_comes_from_the_tunnel_and_is_not_permitted_is_dropped() -> None:
    lines = rules.base(PLAN).split("\n")
    for chain in ("from_tunnel", "to_tunnel"):
        ours = [line for line in lines if line.startswith(f"add rule inet brana_brana0 {chain} ")]
        assert ours[-1].endswith(f"{chain} drop")
        accepting = [line for line in ours if line.endswith("accept")]
        assert accepting
        assert all("@awake" in line for line in accepting)


def test_what_is_new_is_added_and_what_stays_is_not_named() -> None:
    steps = rules.steps(PLAN, Ruled({FOUR: END}), HOLDS, NOW)
    assert steps == rules.Steps(
        f"add element inet brana_brana0 permitted4 {{ {ELEMENT} timeout 60000ms }}", frozenset(), frozenset()
    )
    assert rules.steps(PLAN, HOLDS, HOLDS, NOW).text == ""


def test_what_goes_is_added_first_because_it_may_have_expired() -> None:
    steps = rules.steps(PLAN, HOLDS, Ruled(), NOW)
    assert steps.text.split("\n") == [
        f"add element inet brana_brana0 awake4 {{ {FOUR} timeout 1ms }}",
        f"add element inet brana_brana0 permitted4 {{ {ELEMENT} timeout 1ms }}",
        f"delete element inet brana_brana0 awake4 {{ {FOUR} }}",
        f"delete element inet brana_brana0 permitted4 {{ {ELEMENT} }}",
    ]
    assert (steps.silent, steps.lost) == ({FOUR}, {SHARE})


def test_another_end_takes_the_place_of_the_old_one_and_interrupts_nothing() -> None:
    later = replace(HOLDS, awake={FOUR: END + timedelta(seconds=30)})
    steps = rules.steps(PLAN, HOLDS, later, NOW)
    assert steps.text.split("\n") == [
        f"add element inet brana_brana0 awake4 {{ {FOUR} timeout 1ms }}",
        f"delete element inet brana_brana0 awake4 {{ {FOUR} }}",
        f"add element inet brana_brana0 awake4 {{ {FOUR} timeout 90000ms }}",
    ]
    assert not steps.silent


def test_the_whole_replaces_whatever_the_sets_held() -> None:
    (one,) = admitted = [Admitted(KEYS[0], frozenset({FOUR}), END, {SHARE.target: END})]
    text = rules.whole(PLAN, admitted, NOW, END)
    by_steps = rules.steps(PLAN, Ruled(), ruled(admitted, NOW, END), NOW).text
    assert text.split("\n")[4:] == by_steps.split("\n")
    assert rules.whole(PLAN, [replace(one, until=NOW)], NOW, END) == "\n".join(text.split("\n")[:4])
    assert text.index("flush set inet brana_brana0 permitted4") < text.index("add element")
    assert text.count("flush set") == 4
    assert "refused" not in text


def rules_of(text: str, chain: str) -> list[str]:
    begins = f"add rule inet brana_brana0 {chain} "
    return [line.removeprefix(begins) for line in text.split("\n") if line.startswith(begins)]


def test_what_a_device_may_ask_of_the_gateway_is_asked_for_packets_of_the_tunnel_alone() -> None:
    text = rules.base(replace(PLAN, web=8443))
    for chain, hook, passes in (
        ("asks_gateway", "input", "iifname"),
        ("leaves", "forward", "iifname"),
        ("told_by_gateway", "output", "oifname"),
    ):
        to_it = [line for line in text.split("\n") if line.endswith(f"goto {chain}")]
        assert to_it == [f'add rule inet brana_brana0 {hook} {passes} "brana0" goto {chain}']
        assert rules_of(text, chain)[-1] in {"goto from_tunnel", "goto to_tunnel"}
    for hook in ("input", "forward"):
        assert rules_of(text, hook)[0].startswith('iifname "brana0" goto ')


def test_what_others_pretend_is_dropped_before_anything_of_theirs_passes() -> None:
    for hook, before in (("input", 2), ("forward", 1)):
        pretended = rules_of(rules.base(PLAN), hook)[before : before + 2]
        assert pretended == ["ip saddr 10.90.0.0/16 drop", "ip6 saddr fd00:90::/64 drop"]


def test_pages_are_let_in_from_the_tunnel_by_awake_devices_and_from_nowhere_else() -> None:
    web = replace(PLAN, web=8443)
    more = set(rules.base(web).split("\n")) - set(rules.base(PLAN).split("\n"))
    assert more
    for line in more:
        assert "8443" in line
        if line.endswith("accept"):
            assert line.split(" ")[4] in {"asks_gateway", "told_by_gateway"}
            assert "@awake" in line
    assert rules_of(rules.base(web), "of_others")[-1] == "tcp dport 8443 drop"
    others = [line for line in rules_of(rules.base(web), "input") if line.endswith("goto of_others")]
    assert others == ["ip daddr 10.90.0.1 goto of_others", "ip6 daddr fd00:90::1 goto of_others"]
    assert rules.base(replace(web, web_seen=8443)) == rules.base(web)


def test_the_port_that_people_see_leads_to_where_pages_are_served() -> None:
    text = rules.base(replace(PLAN, web=8443, web_seen=443))
    led = [line for line in text.split("\n") if line.endswith("redirect to :8443")]
    assert len(led) == len(PLAN.pools)
    assert all('iifname "brana0"' in line and "dport 443 " in line for line in led)
