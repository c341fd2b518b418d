"""Texts of policies, each kept once, however many versions and proposals hold it."""

import hashlib
import json
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from gateway.policy_office.version import Damaged, marks_of
from gateway.storage.engine import driver_of
from gateway.storage.tables.policy_office import policy_text
from policies.texts import NAME, Texts

AT_ONCE = 500  # texts in one question


def keep(connection: Connection, texts: Texts) -> str:
    """What `texts` finds them by: JSON, name → digest."""
    marks, driver = marks_of(texts), driver_of(connection.connection)
    for name, text in texts.items():
        # as JSON, since a server's texts cannot hold every character of a file's; anew, as the one there may be damaged
        driver.execute(
            "INSERT INTO policy_text (digest, text) VALUES (?, ?) "
            "ON CONFLICT (digest) DO UPDATE SET text = excluded.text",
            (marks[name], json.dumps(text, ensure_ascii=False)),
        )
    return json.dumps(marks, sort_keys=True, ensure_ascii=False)


def texts(connection: Connection, files: str) -> dict[str, str]:
    """Raises Damaged where a text is not there or not the one whose digest it was."""
    marks = _marks(files)
    kept = dict(_kept(connection, set(marks.values())))
    try:
        return {name: kept[mark] for name, mark in marks.items()}
    except KeyError as error:
        raise Damaged(f"the text {error.args[0]} is not there") from error


def _marks(files: str) -> dict[str, str]:
    try:
        found: Mapping[str, str] = json.loads(files)
        whole = all(NAME.fullmatch(name) and isinstance(mark, str) for name, mark in found.items())
    except (ValueError, AttributeError, TypeError) as error:
        raise Damaged("the list of its files cannot be read") from error
    if not whole:
        raise Damaged("the list of its files names what is no file of policies")
    return dict(found)


def _kept(connection: Connection, marks: set[str]) -> Iterable[tuple[str, str]]:
    wanted = sorted(marks)
    for begin in range(0, len(wanted), AT_ONCE):
        some = policy_text.c.digest.in_(wanted[begin : begin + AT_ONCE])
        for row in connection.execute(select(policy_text.c.digest, policy_text.c.text).where(some)):
            yield row.digest, _text(row.digest, row.text)


def _text(mark: str, kept: str) -> str:
    try:
        text: object = json.loads(kept)
        whole = hashlib.sha256(str(text).encode()).hexdigest() == mark
    except ValueError as error:
        raise Damaged(f"the text {mark} cannot be read") from error
    if not isinstance(text, str) or not whole:
        raise Damaged(f"the text {mark} is another than was kept")
    return text
