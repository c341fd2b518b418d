"""Which version of the policies a folder of them follows, noted in it: what came into force since is not undone."""

from pathlib import Path

NOTE = "VERSION"


def noted(folder: Path) -> str | None:
    """None where nobody noted any: then whatever is in force is replaced."""
    try:
        return (folder / NOTE).read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def note(folder: Path, version: str) -> None:
    (folder / NOTE).write_text(f"{version}\n", "utf-8")
