"""Where a database is: a file of our own, or a PostgreSQL server that several machines share."""

from pathlib import Path

import msgspec

from config.settings import Postgres, State

Place = Path | Postgres


def place_of(state: State) -> Place:
    return state.database or state.directory / "brana.db"


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
