"""Which certificate a Chromium shows to the gateway without asking: a managed policy, for the gateway's domain alone.

Firefox asks its person once: it can only be told to choose for every site, and then each could ask who comes.
"""

import contextlib
from pathlib import Path

import msgspec

FOLDERS = (
    "etc/chromium/policies/managed",
    "etc/opt/chrome/policies/managed",
    "etc/opt/edge/policies/managed",
)
OF_THE_SYSTEM = frozenset({".", "etc", "etc/opt"})
FILE = "brana-agent.json"
OF_DEVICES = "devices."
"""First part of the name of the host that devices speak to; what follows is the domain."""


def policy(host: str, issuer: str) -> bytes:
    """`issuer`: common name of the authority."""
    pattern = f"https://[*.]{host.removeprefix(OF_DEVICES)}"
    choice = msgspec.json.encode({"pattern": pattern, "filter": {"ISSUER": {"CN": issuer}}}).decode()
    return msgspec.json.encode({"AutoSelectCertificateForUrls": [choice]})


def write(root: Path, host: str, issuer: str) -> None:
    """For each kind of browser; one that comes later finds it there. What is there already is not written again."""
    said = policy(host, issuer)
    for folder in FOLDERS:
        path = root / folder / FILE
        with contextlib.suppress(OSError):
            if path.is_file() and path.read_bytes() == said:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".new")
            beside.write_bytes(said)
            beside.chmod(0o644)
            beside.replace(path)


def remove(root: Path) -> None:
    for folder in FOLDERS:
        with contextlib.suppress(OSError):
            (root / folder / FILE).unlink(missing_ok=True)
            for one in (folder, *map(str, Path(folder).parents)):
                if one not in OF_THE_SYSTEM:
                    (root / one).rmdir()  # what somebody else has something in stays
