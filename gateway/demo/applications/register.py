"""The register of documents: SQLite, one table, every question asked for one municipality."""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

PRAGUE = ZoneInfo("Europe/Prague")
SHOWN_AT_MOST = 200  # documents of one list
SUBJECTS = (
    ("Žádost o povolení kácení stromů", "Josef Zapletal"),
    ("Oznámení o konání veřejné schůze zastupitelstva", "Krajský úřad Zlínského kraje"),
    ("Smlouva o dílo – oprava místní komunikace", "Stavby Haná, s. r. o."),
    ("Žádost o vydání matričního dokladu", "Marie Odstrčilová"),
    ("Stížnost na rušení nočního klidu", "Ludmila Vymětalová"),
    ("Návrh závěrečného účtu obce", "Daňová poradna Morava, a. s."),
    ("Žádost o dotaci na obnovu kapličky", "Římskokatolická farnost"),
    ("Oznámení o zahájení územního řízení", "Stavební úřad Kroměříž"),
    ("Faktura za svoz komunálního odpadu", "Technické služby obvodu"),
    ("Žádost o informace podle zákona č. 106/1999 Sb.", "Martin Skácel"),
    ("Smlouva o zřízení věcného břemene", "Rozvody elektřiny, a. s."),
    ("Přihlášení k trvalému pobytu", "Tomáš Gajdoš"),
    ("Zápis z kontroly hospodaření", "Krajský úřad Zlínského kraje"),
    ("Nabídka na pořízení zásahového vozidla", "Hasičská technika Haná"),
)
PER_MUNICIPALITY = (8, 14)
OFFICE, OFFICE_OF_A_TOWN = "OÚ", "MěÚ"  # obecní úřad, městský úřad: Act 128/2000 §3, §109
TOWNS = frozenset({"588296", "588491", "588512", "588601", "588768"})
SIGNED = "%Y-%m-%d %H:%M UTC"
"""How the moment of a signature is kept."""
SEED = 2026

SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
  id INTEGER PRIMARY KEY,
  municipality TEXT NOT NULL,
  number INTEGER NOT NULL,
  reference TEXT NOT NULL,
  subject TEXT NOT NULL,
  sender TEXT NOT NULL,
  received TEXT NOT NULL,
  created_by TEXT NOT NULL,
  text TEXT NOT NULL DEFAULT '',
  signed_by TEXT NOT NULL DEFAULT '',
  signed_at TEXT NOT NULL DEFAULT '',
  UNIQUE (municipality, number)
)
"""


@dataclass(frozen=True, slots=True)
class Document:
    id: int
    municipality: str
    number: int
    reference: str
    subject: str
    sender: str
    received: str
    created_by: str
    text: str
    signed_by: str
    signed_at: str


COLUMNS = ", ".join(each.name for each in fields(Document))


class Register:
    """Documents of many municipalities; no method reaches those of another than it is asked about."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(SCHEMA)

    def fill(self, municipalities: Iterable[str], today: datetime) -> None:
        """Give an empty register its first documents, the same ones for the same day."""
        chance = random.Random(SEED)  # noqa: S311 - sample data
        with self._open() as connection:
            if connection.execute("SELECT 1 FROM document LIMIT 1").fetchone():
                return
            for code in sorted(municipalities):
                chosen = chance.sample(SUBJECTS, chance.randint(*PER_MUNICIPALITY))
                for number, (subject, sender) in enumerate(chosen, 1):
                    day = today - timedelta(days=3 * (len(chosen) - number) + chance.randrange(3))
                    _insert(connection, code, number, subject, sender, day, "Podatelna", "")

    def list(self, municipality: str, containing: str = "") -> list[Document]:
        """The newest first; `containing` is looked for in subject and sender."""
        pattern = "%" + containing.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._open() as connection:
            rows = connection.execute(
                f"SELECT {COLUMNS} FROM document WHERE municipality = ? "  # noqa: S608 - our own column names
                "AND (subject LIKE ? ESCAPE '\\' OR sender LIKE ? ESCAPE '\\') ORDER BY number DESC LIMIT ?",
                (municipality, pattern, pattern, SHOWN_AT_MOST),
            )
            return [Document(*row) for row in rows]

    def get(self, municipality: str, document: int) -> Document | None:
        with self._open() as connection:
            row = connection.execute(
                f"SELECT {COLUMNS} FROM document WHERE municipality = ? AND id = ?",  # noqa: S608
                (municipality, document),
            ).fetchone()
            return Document(*row) if row else None

    def add(self, municipality: str, subject: str, sender: str, text: str, by: str, now: datetime) -> int:
        with self._open() as connection:
            (last,) = connection.execute(
                "SELECT coalesce(max(number), 0) FROM document WHERE municipality = ?", (municipality,)
            ).fetchone()
            return _insert(connection, municipality, last + 1, subject, sender, now, by, text)

    def sign(self, municipality: str, document: int, by: str, now: datetime) -> bool:
        """False when there is no such document here or it is signed already."""
        with self._open() as connection:
            done = connection.execute(
                "UPDATE document SET signed_by = ?, signed_at = ? "
                "WHERE municipality = ? AND id = ? AND signed_by = ''",
                (by, now.astimezone(UTC).strftime(SIGNED), municipality, document),
            )
            return done.rowcount == 1

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:  # commits, or rolls back after an exception
                yield connection


def _insert(
    connection: sqlite3.Connection,
    code: str,
    number: int,
    subject: str,
    sender: str,
    day: datetime,
    by: str,
    text: str,
) -> int:
    done = connection.execute(
        "INSERT INTO document (municipality, number, reference, subject, sender, received, created_by, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            code,
            number,
            f"{OFFICE_OF_A_TOWN if code in TOWNS else OFFICE} {code}/{number:04}/{day.year}",
            subject,
            sender,
            f"{day.astimezone(PRAGUE):%Y-%m-%d}",
            by,
            text,
        ),
    )
    assert done.lastrowid is not None
    return done.lastrowid
