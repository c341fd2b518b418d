"""The next version of the product: a copy of the source tree with another number, and with what a version may bring.

A migration that adds a column and a table, a kind of entry that this version does not know, a field in each message
between nodes, a style sheet of another content, and a page that says which version it is.
"""

import shutil
from compileall import compile_dir
from pathlib import Path

from gateway import __version__
from gateway.storage.schema import BESIDE, MIGRATIONS, newest
from tests.rig.product import ROOT

NEXT = "0.2.0"
ROOMS = ("agents", "config", "gateway", "idp", "policies")
ANEW = "system.seen_anew"
"""A code that is recorded at each start of its control plane."""
MARK = '<meta name="generator" content="next">'
MIGRATION = '''
"""A step of an exercise."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{revision}", "{before}"
def upgrade() -> None:
    op.add_column("session", sa.Column("note", sa.Text(), nullable=False, server_default=sa.text("'none'")))
    op.create_table("exercise", sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exercise"))
'''
STARTED = "acts.started(moment, __version__, plane.book.version)"
MORE = '    more: str = "of the next"\n'
ADDED = (
    (
        "gateway/storage/tables/sessions.py",
        'Column("user_agent", Text, nullable=False),\n',
        '    Column("note", Text, nullable=False, server_default="none"),\n',
    ),
    ("gateway/storage/session_rows.py", "        user_agent,\n", "        _note,\n"),
    ("gateway/audit/entry.py", '    STARTED = "system.started"\n', f'    ANEW = "{ANEW}"\n'),
    (
        "gateway/audit/titles/__init__.py",
        "TITLES: dict[Code, Title] = {\n",
        '    Code.ANEW: Title(cs="a", en="b"),\n',
    ),
    ("gateway/web/officer/kinds.py", 'en="Started"),\n', '            Code.ANEW: Title(cs="a", en="b"),\n'),
    (
        "gateway/commands/control_plane_process.py",
        "from gateway.audit.entry import Entry\n",
        "from dataclasses import replace\nfrom gateway.audit.entry import Code\n",
    ),
    (
        "gateway/commands/control_plane_process.py",
        f"{STARTED},\n",
        f"            replace({STARTED}, code=Code.ANEW),\n",
    ),
    ("gateway/fleet/words.py", '    release: str = ""\n', MORE),
    ("gateway/fleet/words.py", "    epoch: str\n", MORE),
    ("idp/http/templates/layout.html", '<meta charset="utf-8">\n', f"  {MARK}\n"),
    ("idp/http/static/style.css", "\n", "/* of the next */\n"),
)
"""File, the text behind which there is something more in the next version, and what."""


def next_version(folder: Path) -> Path:
    """Where `python -m gateway` is that version."""
    for room in ROOMS:
        # without what another process is just writing there
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("*.pyc.*"))
    for name, behind, more in ADDED:
        _change(folder / name, behind, behind + more)
    before = newest()
    revision = f"{int(before) + 1:04}"
    _change(folder / "gateway/__init__.py", f'"{__version__}"', f'"{NEXT}"')
    _change(folder / "gateway/storage/schema.py", f'BESIDE = "{BESIDE}"', f'BESIDE = "{before}"')
    versions = folder / MIGRATIONS.relative_to(ROOT) / "versions"
    (versions / f"{revision}_next.py").write_text(MIGRATION.format(revision=revision, before=before), "utf-8")
    for room in ROOMS:  # as an installation does; else each process that starts may have to do it
        compile_dir(folder / room, quiet=1)
    return folder


def _change(file: Path, now: str, then: str) -> None:
    """The first place of it."""
    text = file.read_text("utf-8")
    assert now in text, (file, now)
    file.write_text(text.replace(now, then, 1), "utf-8")
