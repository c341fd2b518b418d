"""Whether Linux refuses what nobody let in: what the kernel does counts, not what a file says.

Of IPv4 and of IPv6, where the machine speaks it: half a firewall is none.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, as_json, succeeded
from agents.protocol.facts import FactName

COVERS = {"ip": {4}, "ip6": {6}, "inet": {4, 6}}
"""Versions of IP that a family of tables sees."""
WITHOUT_CONDITION = frozenset({"counter", "log"})
"""What may stand before the word in a rule that holds for everything."""
VERDICTS = {"accept": False, "drop": True, "reject": True}
"""Whether it closes."""


def firewall(machine: Machine, _now: datetime) -> Iterator[Finding]:
    for ask in (_nftables, _iptables, _ufw, _firewalld):
        try:
            on, found_by = ask(machine)
        except (NotUnderstood, LookupError):
            continue
        yield FactName.FIREWALL, on, found_by
        return


class _Chain(msgspec.Struct, frozen=True):
    family: str
    table: str
    name: str
    hook: str | None = None
    policy: str | None = None
    type: str | None = None


class _Rule(msgspec.Struct, frozen=True):
    family: str
    table: str
    chain: str
    expr: list[dict[str, Any]] = []


class _Item(msgspec.Struct, frozen=True):
    metainfo: dict[str, Any] | None = None
    chain: _Chain | None = None
    rule: _Rule | None = None


class _Ruleset(msgspec.Struct, frozen=True):
    nftables: list[_Item]


def _nftables(machine: Machine) -> tuple[bool, str]:
    """Root alone may ask. Without a word of the kernel's older filter this is all there is."""
    items = as_json(succeeded(machine.run("nft", "--json", "list", "ruleset")).out, _Ruleset).nftables
    if not any(item.metainfo for item in items):
        raise NotUnderstood
    rules = [item.rule for item in items if item.rule]
    covered: set[int] = set()
    for chain in (item.chain for item in items if item.chain):
        if chain.hook == "input" and chain.type == "filter" and _closes(chain, rules):
            covered |= COVERS.get(chain.family, set())
    if _spoken(machine) <= covered:
        return True, "nftables: nft list ruleset"
    if machine.read("/proc/net/ip_tables_names") or machine.read("/proc/net/ip6_tables_names"):
        raise NotUnderstood  # the older filter has tables too, and may be the one that refuses
    return False, "nftables: nft list ruleset"


def _closes(chain: _Chain, rules: list[_Rule]) -> bool:
    """The first rule that holds for everything decides, or else the policy of the chain."""
    for rule in rules:
        words = [word for part in rule.expr for word in part]
        mine = (rule.family, rule.table, rule.chain) == (chain.family, chain.table, chain.name)
        if mine and words and words[-1] in VERDICTS and WITHOUT_CONDITION.issuperset(words[:-1]):
            return VERDICTS[words[-1]]
    return chain.policy == "drop"


def _spoken(machine: Machine) -> set[int]:
    return {4, 6} if machine.read("/proc/net/if_inet6") else {4}


def _iptables(machine: Machine) -> tuple[bool, str]:
    """It knows of its own tables alone, so it never says that there is no firewall."""
    programs = ["iptables", *(["ip6tables"] if 6 in _spoken(machine) else [])]
    for program in programs:
        lines = succeeded(machine.run(program, "-S", "INPUT")).text.splitlines()
        plain = [line.split()[3].lower() for line in lines if line.startswith("-A INPUT -j ")]
        verdicts = [word for word in plain if word in VERDICTS]
        policy = lines[0].removeprefix("-P INPUT ").lower() if lines else ""
        if not VERDICTS.get(verdicts[0] if verdicts else policy, False):
            raise NotUnderstood
    return True, "iptables: -S INPUT"


def _ufw(machine: Machine) -> tuple[bool, str]:
    """Inactive: something else may be at work."""
    lines = succeeded(machine.run("ufw", "status", "verbose")).text.splitlines()
    default = next((line for line in lines if line.startswith("Default: ")), "")
    if "Status: active" not in lines or default.split()[1] not in ("deny", "reject"):
        raise NotUnderstood
    return True, "ufw: status verbose"


def _firewalld(machine: Machine) -> tuple[bool, str]:
    zone = succeeded(machine.run("firewall-cmd", "--get-default-zone")).text.strip()
    state = succeeded(machine.run("firewall-cmd", "--state")).text.strip()
    if state != "running" or zone in ("", "trusted"):
        raise NotUnderstood
    return True, "firewalld: --state, --get-default-zone"
