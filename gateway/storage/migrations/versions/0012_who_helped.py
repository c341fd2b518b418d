"""Officers who gave enrolment codes and exceptions are known for good, and not by their login alone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # of those that are there the login is all that was kept
    op.add_column("enrolment_code", sa.Column("issued_by_subject", sa.Text(), nullable=True))
    op.add_column("sign_in_exception", sa.Column("granted_by_subject", sa.Text(), nullable=True))
    op.add_column("sign_in_exception", sa.Column("ended_by_subject", sa.Text(), nullable=True))
