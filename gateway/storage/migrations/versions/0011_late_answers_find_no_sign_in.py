"""When the sign-ins of a person last ended is kept no more: each sign-in knows what is being asked in it."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.drop_table("sign_ins_dropped")
