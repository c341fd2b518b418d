"""The replica of the office directories. Rows of one reading carry its generation, which no other has.

What is looked up by a long name has a number (`node`) in its generation, given in the order of reading; all
indexes are filled in their own order, so that a hundred thousand people are written without jumping about.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata
from gateway.storage.tables.audit import Number

directory_sync = Table(
    "directory_sync",
    metadata,
    Column("directory", String(41), primary_key=True),
    Column("generation", BigInteger),  # the current one
    Column("position", Text),
    Column("synced_at", BigInteger),
    Column("trouble", Text, nullable=False, server_default=""),
)

directory_generation = Table(
    "directory_generation",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("directory", String(41), nullable=False),
    Column("state", String(8), nullable=False),  # staged, current, held, old
    Column("began_at", BigInteger, nullable=False),
    Column("position", Text, nullable=False, server_default=""),  # before its reading began
    Column("nodes", BigInteger, nullable=False, server_default="0"),  # numbers given
    Column("removal", Text, nullable=False, server_default=""),  # JSON: Removal if held, Tally if current
    sqlite_autoincrement=True,
)

directory_node = Table(
    "directory_node",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("digest", LargeBinary(16), primary_key=True),  # of the key that memberships refer to
    Column("node", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

directory_person = Table(
    "directory_person",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("identity", LargeBinary(16), primary_key=True),
    Column("node", BigInteger, nullable=False),
    Column("record", LargeBinary, nullable=False),  # JSON of PersonRecord
    Index("ix_directory_person_generation_node", "generation", "node"),
    sqlite_with_rowid=False,
)

directory_login = Table(
    "directory_login",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("login", Text, primary_key=True),  # as `spelling.strictly` has it
    Column("identity", LargeBinary(16), primary_key=True),
    sqlite_with_rowid=False,
)

directory_number = Table(
    "directory_number",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("number", Text, primary_key=True),  # as `person_number.numbers` has it
    Column("identity", LargeBinary(16), primary_key=True),
    sqlite_with_rowid=False,
)

directory_group = Table(
    "directory_group",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("identity", LargeBinary(16), primary_key=True),
    Column("node", BigInteger, nullable=False),
    Column("sid", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),  # JSON of GroupRecord without members
    Column("members", LargeBinary, nullable=False),  # their nodes, ascending, 4 bytes each, little-endian
    Index("ix_directory_group_generation_node", "generation", "node"),
    Index(
        "ix_directory_group_generation_sid",
        "generation",
        "sid",
        sqlite_where=Column("sid") != "",
    ),
    sqlite_with_rowid=False,
)

directory_membership = Table(
    "directory_membership",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("member", BigInteger, primary_key=True),  # node
    Column(
        "containers", Text, nullable=False
    ),  # JSON: nodes of the groups that list it, ascending; never none
    sqlite_with_rowid=False,
)

directory_problem = Table(
    "directory_problem",
    metadata,
    Column("generation", BigInteger, primary_key=True),
    Column("dn", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    sqlite_with_rowid=False,
)
