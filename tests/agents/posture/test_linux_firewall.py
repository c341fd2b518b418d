"""Whether Linux refuses what nobody let in."""

import pytest

from agents.posture.asking import Answer
from agents.posture.linux import collect
from tests.agents.posture.linux_machines import NFT_EMPTY, NFT_FIREWALLD, NFT_UFW, OFFICE
from tests.agents.posture.recorded import NOW, Recorded, values

FOUR = {"/proc/net/if_inet6": ""}
REFUSED = Answer(1, b"", b"Operation not permitted (you must be root)\n")


def on(machine: Recorded) -> object:
    return values(collect(machine, now=NOW, slow=False)).get("firewall")


def nft(said: str, **files: str) -> Recorded:
    return OFFICE.but(files=files, commands={"nft": said})


def chain(family: str, policy: str, *rules: str, hook: str = "input") -> str:
    own = (
        f'{{"chain": {{"family": "{family}", "table": "f", "name": "c", "type": "filter", "hook": "{hook}", '
        f'"prio": 0, "policy": "{policy}"}}}}'
    )
    parts = [
        f'{{"rule": {{"family": "{family}", "table": "f", "chain": "c", "expr": [{rule}]}}}}'
        for rule in rules
    ]
    return ", ".join([own, *parts])


def called(name: str, *rules: str) -> str:
    """A chain that others call."""
    own = f'{{"chain": {{"family": "inet", "table": "f", "name": "{name}"}}}}'
    parts = [
        f'{{"rule": {{"family": "inet", "table": "f", "chain": "{name}", "expr": [{rule}]}}}}'
        for rule in rules
    ]
    return ", ".join([own, *parts])


def to(word: str, name: str) -> str:
    return f'{{"{word}": {{"target": "{name}"}}}}'


def came_in_by(name: str) -> str:
    return f'{{"match": {{"op": "==", "left": {{"meta": {{"key": "iifname"}}}}, "right": "{name}"}}}}'


ALL, NONE, REJECT = '{"accept": null}', '{"drop": null}', '{"reject": null}'


def ruleset(*parts: str) -> str:
    whole = ", ".join(['{"metainfo": {"version": "1.0.9"}}', *parts])
    return f'{{"nftables": [{whole}]}}'


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (NFT_UFW, True),
        (NFT_FIREWALLD, True),
        (NFT_EMPTY, False),
        (ruleset(chain("inet", "drop")), True),
        (ruleset(chain("inet", "accept")), False),
        (ruleset(chain("inet", "drop", hook="forward")), False),
        (ruleset(chain("ip", "drop")), False),
        (ruleset(chain("ip", "drop"), chain("ip6", "drop")), True),
        (ruleset(chain("inet", "drop", '{"accept": null}')), False),
        (ruleset(chain("inet", "accept", '{"counter": {}}, {"drop": null}')), True),
        (ruleset(chain("inet", "accept", '{"match": {}}, {"drop": null}')), False),
        (ruleset(chain("inet", "accept", '{"limit": {}}, {"drop": null}')), False),
        (ruleset(chain("inet", "drop", '{"xt": null}, {"accept": null}')), True),
    ],
)
def test_the_rules_of_the_kernel_decide(said: str, wanted: bool) -> None:
    assert on(nft(said)) is wanted


@pytest.mark.parametrize(
    ("rules", "others", "wanted"),
    [
        ((to("jump", "a"), REJECT), (called("a", to("goto", "b")), called("b", ALL)), False),
        ((to("jump", "a"), REJECT), (called("a", to("goto", "b"), ALL), called("b")), True),
        ((to("jump", "a"), REJECT), (called("a", '{"return": null}', ALL),), True),
        ((to("jump", "a"), ALL), (called("a", NONE),), True),
        ((to("jump", "a"),), (called("a", '{"match": {}}, {"accept": null}'),), False),
        (('{"match": {}}, ' + to("jump", "a"), REJECT), (called("a", ALL),), True),
        ((came_in_by("eth0") + ", " + to("goto", "a"), REJECT), (called("a", ALL),), False),
        ((came_in_by("lo") + ", " + ALL, REJECT), (), True),
        ((came_in_by("wg0") + ", " + ALL, REJECT), (), True),
        ((came_in_by("eth0") + ", " + NONE,), (), False),
        ((to("jump", "a"), REJECT), (called("a", to("jump", "a")),), None),
    ],
)
def test_chains_are_followed_to_where_a_packet_ends(rules, others, wanted) -> None:
    card = {"/sys/class/net/eth0/device/vendor": "0x1af4\n"}
    assert on(nft(ruleset(chain("inet", "accept", *rules), *others), **card)) is wanted


def test_firewalld_whose_zone_lets_everything_in_is_no_firewall() -> None:
    def rule(chain: str, *said: str) -> str:
        own = '{"family": "inet", "table": "firewalld", "chain": "%s", "expr": [%s]}'
        return '{"rule": ' + own % (chain, ", ".join(said)) + "}"

    zones = [rule("filter_INPUT_ZONES", to("goto", "filter_IN_trusted")), rule("filter_IN_trusted", ALL)]
    trusted = NFT_FIREWALLD.removesuffix("]}") + ", " + ", ".join(zones) + "]}"
    assert on(nft(trusted)) is False


def test_where_only_the_older_ip_is_spoken_rules_about_it_suffice() -> None:
    assert on(OFFICE.but(files=FOUR, commands={"nft": ruleset(chain("ip", "drop"))})) is True


IPTABLES = "-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n"
UFW = "Status: active\nLogging: on (low)\nDefault: deny (incoming), allow (outgoing), disabled (routed)\n"


@pytest.mark.parametrize(
    ("commands", "wanted"),
    [
        ({"iptables": IPTABLES, "ip6tables": IPTABLES}, True),
        (
            {"iptables": "-P INPUT ACCEPT\n-A INPUT -j REJECT --reject-with icmp\n", "ip6tables": IPTABLES},
            True,
        ),
        ({"iptables": IPTABLES, "ip6tables": "-P INPUT ACCEPT\n"}, None),
        ({"iptables": "-P INPUT DROP\n-A INPUT -j ACCEPT\n", "ip6tables": IPTABLES}, None),
        (
            {
                "iptables": IPTABLES + "-A INPUT -j IN\n-A IN -g ZONE\n-A ZONE -j ACCEPT\n",
                "ip6tables": IPTABLES,
            },
            None,
        ),
        (
            {"iptables": IPTABLES + "-A INPUT -j IN\n-A IN -s 10.0.0.0/8 -j ACCEPT\n", "ip6tables": IPTABLES},
            True,
        ),
        ({"iptables": IPTABLES + "-A INPUT -i eth0 -j ACCEPT\n", "ip6tables": IPTABLES}, None),
        ({"iptables": "", "ip6tables": ""}, None),
        ({"ufw": UFW}, True),
        ({"ufw": UFW.replace("deny", "allow")}, None),
        ({"ufw": "Status: inactive\n"}, None),
        ({"firewall-cmd --state": "running\n", "firewall-cmd --get-default-zone": "public\n"}, True),
        ({"firewall-cmd --state": "running\n", "firewall-cmd --get-default-zone": "trusted\n"}, None),
        ({"firewall-cmd": Answer(252, b"", b"not running\n")}, None),
        ({}, None),
    ],
)
def test_who_may_not_ask_the_kernel_is_told_of_a_firewall_but_never_that_there_is_none(
    commands, wanted
) -> None:
    card = {"/sys/class/net/eth0/device/vendor": "0x1af4\n"}
    assert on(OFFICE.but(files=card, commands={"nft": REFUSED, **commands})) is wanted


def test_rules_of_the_older_filter_beside_an_empty_newer_one_are_asked_for() -> None:
    machine = nft(NFT_EMPTY, **{"/proc/net/ip_tables_names": "filter\n"})
    assert on(machine) is None
    assert on(machine.but(commands={"iptables": IPTABLES, "ip6tables": IPTABLES})) is True


@pytest.mark.parametrize("said", ["", "{}", '{"nftables": []}', NFT_UFW[:200], "\x00\xff", "[" * 5000])
def test_an_answer_that_is_cut_off_or_junk_says_nothing(said: str) -> None:
    assert on(nft(said)) is None
