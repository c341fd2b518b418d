"""Limits of guesses that contradict each other, and networks that are none."""

from collections.abc import Iterator

from config.doubt import Finding
from config.networks import network_findings
from config.settings import Settings

TOO_FEW = {
    1: "no password could be tried without risking that the directory locks the account",
    2: "one wrong password could be tried, and a stranger who uses it up would keep the person out everywhere",
}


def guess_findings(settings: Settings) -> Iterator[Finding]:
    for number, directory in enumerate(settings.directories):
        if directory.lockout_attempts not in TOO_FEW:
            continue
        yield (
            f"directories[{number}].lockout_attempts",
            TOO_FEW[directory.lockout_attempts],
            "let the directory lock after 5 or more, 3 at the least, and write its number here; 0: it never does",
        )
    if settings.sign_in.attempts_per_network < settings.sign_in.attempts_per_address:
        yield (
            "sign_in.attempts_per_network",
            "fewer than sign_in.attempts_per_address: one address would use up its whole network",
            "make it larger",
        )
    for number, own in enumerate(settings.sign_in.networks):
        if own.attempts_per_network < own.attempts_per_address:
            yield (
                f"sign_in.networks[{number}].attempts_per_network",
                "fewer than attempts_per_address: one address would use up its whole network",
                "make it larger",
            )
    written = (own.networks for own in settings.sign_in.networks)
    yield from network_findings("sign_in.networks", written, "limits")
