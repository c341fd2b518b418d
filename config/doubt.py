"""What may still be said about settings when the value of some of them is not known."""

from collections.abc import Collection

Finding = tuple[str, str, str]
"""Path of the setting, what is wrong, how to mend it."""


def touch(one: str, other: str) -> bool:
    """Whether one path is the other, or one lies within the other."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and long[len(short) :][:1] in ("", ".", "[")


def without_doubt(
    findings: list[Finding], rests_on: Collection[str], doubtful: Collection[str]
) -> list[Finding]:
    """Nothing where what the check rests on is doubtful; else all but what is said of doubtful settings."""
    if any(touch(path, doubt) for path in rests_on for doubt in doubtful):
        return []
    return [one for one in findings if not any(touch(one[0], doubt) for doubt in doubtful)]
