"""What an agent may say of its machine: a closed list of facts, each with its type and how it was found.

The laws:

- A fact that could not be read is absent, and no rule that needs it passes.
- A newer agent may know more: a name that is not known here, and a word that is not in its list, are left out.
- Whatever else is not as written here refuses all facts of its report: `FactsRefused` says why.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

MOST_FACTS = 64
"""In one report, those that are not known here among them."""
LONGEST_NAME = 40
LONGEST_TEXT = 120
"""Characters of a value, and of how it was found."""
MOST_BYTES = 32_768
"""Of the facts of one report, as JSON."""


class FactName(StrEnum):
    """Values are what reports, the log and policies say; where a policy asks for it, as in `policies.model.Device`."""

    OS = "os"
    OS_VERSION = "os_version"
    OS_RELEASE = "os_release"
    KERNEL = "kernel"
    UPDATES_INSTALLED = "updates_installed"
    UPDATES_WAITING = "updates_waiting"
    PATCH_AGE_DAYS = "patch_age_days"
    REBOOT_PENDING = "reboot_pending"
    DISK_ENCRYPTED = "disk_encrypted"
    FIREWALL = "firewall"
    ANTIVIRUS = "antivirus"
    SCREEN_LOCK = "screen_lock"
    SECURE_BOOT = "secure_boot"
    TPM_VERSION = "tpm_version"
    LOCAL_ADMINISTRATORS = "local_administrators"
    USER_IS_ADMINISTRATOR = "user_is_administrator"
    DOMAIN = "domain"
    MANAGED_BY = "managed_by"
    DISK_FREE_MIB = "disk_free_mib"
    DISK_FREE_PERCENT = "disk_free_percent"
    DISK_HEALTHY = "disk_healthy"
    CLOCK_SYNCHRONISED = "clock_synchronised"
    CLOCK_OFFSET_MS = "clock_offset_ms"


Value = bool | int | str


class Fact(msgspec.Struct, frozen=True):
    value: Value
    found_by: str
    """Part of the system and what was asked there, as `bitlocker: Get-BitLockerVolume`."""


class YesNo(msgspec.Struct, frozen=True):
    means: str


class Number(msgspec.Struct, frozen=True):
    """`least`, `most`: what a machine can have; beyond it something was misread."""

    means: str
    least: int
    most: int


class Text(msgspec.Struct, frozen=True):
    means: str


class Word(msgspec.Struct, frozen=True):
    """One of a closed list."""

    means: str
    words: frozenset[str]


Kind = YesNo | Number | Text | Word

YEARS = 36_525
"""A century of days."""

KINDS: dict[FactName, Kind] = {
    FactName.OS: Word(
        "family of the operating system", frozenset({"windows", "macos", "linux", "android", "ios"})
    ),
    FactName.OS_VERSION: Number("first number of its version", 0, 9_999),
    FactName.OS_RELEASE: Text("the whole version, as the system names it"),
    FactName.KERNEL: Text("release of the kernel that runs"),
    FactName.UPDATES_INSTALLED: YesNo("no security update waits, by a list that is new enough to say so"),
    FactName.UPDATES_WAITING: Number("security updates that wait", 0, 100_000),
    FactName.PATCH_AGE_DAYS: Number("days since updates were last installed", 0, YEARS),
    FactName.REBOOT_PENDING: YesNo("an update waits for a restart"),
    FactName.DISK_ENCRYPTED: YesNo(
        "whatever of the system lies on its own disks is encrypted there, and locked"
    ),
    FactName.FIREWALL: YesNo("connections from outside are refused unless something lets them in"),
    FactName.ANTIVIRUS: YesNo(
        "protection against malware runs, and what it knows is new, where that can be asked"
    ),
    FactName.SCREEN_LOCK: YesNo("the screen locks by itself, within a quarter of an hour"),
    FactName.SECURE_BOOT: YesNo("only what is signed starts"),
    FactName.TPM_VERSION: Word("version of the security chip", frozenset({"none", "1.2", "2.0"})),
    FactName.LOCAL_ADMINISTRATORS: Number("accounts and groups that administer this machine", 0, 100_000),
    FactName.USER_IS_ADMINISTRATOR: YesNo("somebody who is signed in at the machine administers it"),
    FactName.DOMAIN: Text("DNS name of the domain it is joined to"),
    FactName.MANAGED_BY: Word("what manages it", frozenset({"none", "domain", "entra", "mdm"})),
    FactName.DISK_FREE_MIB: Number("free on the volume of the system", 0, 2**40),
    FactName.DISK_FREE_PERCENT: Number("free on the volume of the system", 0, 100),
    FactName.DISK_HEALTHY: YesNo("every disk that watches itself says it is well"),
    FactName.CLOCK_SYNCHRONISED: YesNo("the clock follows a source of time"),
    FactName.CLOCK_OFFSET_MS: Number(
        "how far the clock is from that source, either way", -YEARS * 86_400_000, YEARS * 86_400_000
    ),
}


class Refusal(StrEnum):
    """Why facts are refused. Values are what the log says."""

    NOT_UNDERSTOOD = "facts_not_understood"
    TOO_LARGE = "facts_too_large"
    TOO_MANY = "facts_too_many"
    NAME = "fact_name"
    TYPE = "fact_type"
    RANGE = "fact_range"
    TEXT = "fact_text"


class FactsRefused(Exception):
    """`fact`: the name that is known here; None: of no fact, or of one that has no name here."""

    def __init__(self, refusal: Refusal, fact: FactName | None = None) -> None:
        super().__init__(
            f"{refusal}{f' ({fact})' if fact else ''}: update the agent, or enrol the device again"
        )
        self.refusal = refusal
        self.fact = fact


def known(facts: Mapping[str, Fact]) -> dict[FactName, Fact]:
    """Those of a report that are known here, each of its type. Raises `FactsRefused`."""
    if len(facts) > MOST_FACTS:
        raise FactsRefused(Refusal.TOO_MANY)
    kept = {}
    for name, fact in facts.items():
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise FactsRefused(Refusal.NAME)
        if name not in KINDS:
            continue
        fact_name = FactName(name)
        refusal = why_not(fact_name, fact)
        if refusal is not None:
            raise FactsRefused(refusal, fact_name)
        kind = KINDS[fact_name]
        if not isinstance(kind, Word) or fact.value in kind.words:
            kept[fact_name] = fact
    return kept


def decoded(raw: bytes) -> dict[FactName, Fact]:
    """`raw`: a JSON object of facts by name. Raises `FactsRefused`."""
    if len(raw) > MOST_BYTES:
        raise FactsRefused(Refusal.TOO_LARGE)
    try:
        facts = msgspec.json.decode(raw, type=dict[str, Fact])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise FactsRefused(Refusal.NOT_UNDERSTOOD) from None
    return known(facts)


def encoded(facts: Mapping[FactName, Fact]) -> bytes:
    """The same facts are the same bytes, whatever order they were found in."""
    return msgspec.json.encode({str(name): facts[name] for name in sorted(facts)}, order="sorted")


def why_not(name: FactName, fact: Fact) -> Refusal | None:
    """Why it is no fact of that name; None: it is one, though perhaps with a word that is not known here."""
    if not _written(fact.found_by):
        return Refusal.TEXT
    return _why_no_value(KINDS[name], fact.value)


def _why_no_value(kind: Kind, value: Any) -> Refusal | None:
    # A bool is an int to isinstance, so types are compared.
    match kind:
        case YesNo():
            return None if type(value) is bool else Refusal.TYPE
        case Number(least=least, most=most):
            if type(value) is not int:
                return Refusal.TYPE
            return None if least <= value <= most else Refusal.RANGE
        case Text() | Word():
            if type(value) is not str:
                return Refusal.TYPE
            return None if _written(value) else Refusal.TEXT


def _written(text: Any) -> bool:
    return type(text) is str and 0 < len(text) <= LONGEST_TEXT and text.isprintable()
