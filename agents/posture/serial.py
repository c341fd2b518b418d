"""The serial number of the hardware, where one stands there that can be believed."""

import re

from agents.posture.asking import Machine

PLACEHOLDERS = frozenset(
    {
        *(
            "",
            "0",
            "none",
            "n/a",
            "na",
            "unknown",
            "default",
            "default string",
            "not specified",
            "not available",
        ),
        *(
            "not applicable",
            "system serial number",
            "serial number",
            "to be filled by o.e.m.",
            "o.e.m.",
            "oem",
        ),
        *("chassis serial number", "123456789", "0123456789", "1234567890", "invalid", "empty", "xxxxxxxx"),
    }
)
"""What makers leave where a number belongs, in small letters: many machines have the same."""
SHORTEST, LONGEST = 4, 80


def serial_of(machine: Machine, system: str) -> str | None:
    """`system`: as `sys.platform` says it."""
    match system:
        case "linux":
            said = machine.read("/sys/class/dmi/id/product_serial")
        case "darwin":
            answer = machine.run("ioreg", "-d2", "-c", "IOPlatformExpertDevice")
            found = re.search(rb'"IOPlatformSerialNumber" = "([^"]*)"', answer.out if answer else b"")
            said = found[1] if found else None
        case "win32":
            answer = machine.run(
                "powershell.exe", "-NoProfile", "-Command", "(Get-CimInstance Win32_BIOS).SerialNumber"
            )
            said = answer.out if answer and answer.code == 0 else None
        case _:
            said = None
    return None if said is None else believed(said.decode("utf-8", "replace"))


def believed(text: str) -> str | None:
    serial = text.strip()
    if not SHORTEST <= len(serial) <= LONGEST or not serial.isprintable() or "\ufffd" in serial:
        return None
    same = len(set(serial.replace("-", "").replace(" ", ""))) <= 1
    return None if same or serial.lower() in PLACEHOLDERS else serial
