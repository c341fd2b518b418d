"""Whether Linux refuses what nobody let in: what the kernel does counts, not what a file says.

Of IPv4 and of IPv6, where the machine speaks it: half a firewall is none. Chains are followed as the kernel follows
them: one that is called before the end may let everything in (firewalld's zone `trusted`).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from agents.posture.asking import Finding, Machine, NotUnderstood, as_json, succeeded
from agents.posture.linux_chains import VERDICTS, Chains, Step, decided
from agents.protocol.facts import FactName

COVERS = {"ip": {4}, "ip6": {6}, "inet": {4, 6}}
"""Versions of IP that a family of tables sees."""
WITHOUT_CONDITION = frozenset({"counter", "log"})
"""What may stand before the word in a rule that holds for everything."""
Named = tuple[str, str, str]
"""A chain by family, table, name."""


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
    steps: Chains[Named] = defaultdict(list)
    for rule in (item.rule for item in items if item.rule):
        steps[rule.family, rule.table, rule.chain] += _steps(machine, rule)
    covered: set[int] = set()
    for chain in (item.chain for item in items if item.chain):
        if chain.hook == "input" and chain.type == "filter" and _closes(chain, steps):
            covered |= COVERS.get(chain.family, set())
    if _spoken(machine) <= covered:
        return True, "nftables: nft list ruleset"
    if machine.read("/proc/net/ip_tables_names") or machine.read("/proc/net/ip6_tables_names"):
        raise NotUnderstood  # the older filter has tables too, and may be the one that refuses
    return False, "nftables: nft list ruleset"


def _closes(chain: _Chain, steps: Chains[Named]) -> bool:
    said = decided(steps, (chain.family, chain.table, chain.name))
    return chain.policy == "drop" if said is None else said


def _steps(machine: Machine, rule: _Rule) -> Iterator[Step[Named]]:
    """None or one: what holds for everything, or for all that comes in by one interface to a network."""
    words = [(word, said) for part in rule.expr for word, said in part.items()]
    if not words:
        return
    (word, said), before = words[-1], [one for one in words[:-1] if one[0] not in WITHOUT_CONDITION]
    target = said["target"] if word in ("jump", "goto") else ""
    if not before:
        yield Step(word, (rule.family, rule.table, target))
    elif len(before) == 1 and _leads_out(machine, _interface(*before[0])):
        yield Step(word, (rule.family, rule.table, target), by_interface=True)


def _interface(word: str, said: Any) -> str:
    """Empty: the condition is another one."""
    if word != "match" or said.get("op") != "==" or not isinstance(said.get("right"), str):
        return ""
    named = said.get("left") in ({"meta": {"key": "iifname"}}, {"meta": {"key": "iif"}})
    return str(said["right"]) if named else ""


def _leads_out(machine: Machine, interface: str) -> bool:
    """A card has a device of its own; loopback, tunnels and bridges of containers have none."""
    return bool(interface) and machine.entries(f"/sys/class/net/{interface}/device") is not None


def _spoken(machine: Machine) -> set[int]:
    return {4, 6} if machine.read("/proc/net/if_inet6") else {4}


def _iptables(machine: Machine) -> tuple[bool, str]:
    """It knows of its own tables alone, so it never says that there is no firewall."""
    programs = ["iptables", *(["ip6tables"] if 6 in _spoken(machine) else [])]
    for program in programs:
        lines = succeeded(machine.run(program, "-S")).text.splitlines()
        chains: Chains[str] = defaultdict(list)
        for line in lines:
            for chain, step in _older(machine, line.split()):
                chains[chain].append(step)
        said = decided(chains, "INPUT")
        if not ("-P INPUT DROP" in lines if said is None else said):
            raise NotUnderstood
    return True, "iptables: -S"


def _older(machine: Machine, words: list[str]) -> Iterator[tuple[str, Step[str]]]:
    """`-A CHAIN [-i INTERFACE] -j WORD`; rules with other conditions are none."""
    if words[:1] != ["-A"]:
        return
    _, chain, *rest = words
    by_interface = rest[0] == "-i" and _leads_out(machine, rest[1])
    if by_interface:
        rest = rest[2:]
    if rest[0] not in ("-j", "-g"):
        return
    verdict = rest[1].lower() if rest[1].lower() in (*VERDICTS, "return") else ""
    yield chain, Step(verdict or ("goto" if rest[0] == "-g" else "jump"), rest[1], by_interface)


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
