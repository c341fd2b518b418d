"""Where a database is: a file of our own, or a PostgreSQL server that several machines share."""

from pathlib import Path

import msgspec

from config.settings import Postgres, State

Place = Path | Postgres


def place_of(state: State) -> Place:
    return state.database or file_of(state)


def file_of(state: State) -> Path:
    """Of a machine that shares its state with nobody."""
    return state.directory / "brana.db"


def aside_of(file: Path) -> Path:
    """What it is called once its content has moved to a server."""
    return file.with_name(f"{file.name}.moved")


def is_shared(place: Place) -> bool:
    """Whether other nodes may use it too."""
    return not isinstance(place, Path)


def named(place: Place) -> str:
    """For people; no secret stands in it."""
    if isinstance(place, Path):
        return str(place)
    return f"postgresql://{place.user}@{','.join(place.hosts)}/{place.name}"


def place_text(place: Place) -> str:
    """As an argument of a process of ours: passwords are named there by their file or variable alone."""
    return str(place) if isinstance(place, Path) else msgspec.json.encode(place, enc_hook=str).decode()


def place_from(text: str) -> Place:
    if not text.startswith("{"):
        return Path(text)
    return msgspec.json.decode(text, type=Postgres, dec_hook=lambda kind, value: kind(value))
