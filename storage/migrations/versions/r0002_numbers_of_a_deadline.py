"""A deadline keeps how likely its milestone is and when its numbers were renewed; threads are found by first sight."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deadlines", sa.Column("foreseen_at", sa.BigInteger(), nullable=True))
    op.add_column("deadlines", sa.Column("milestone_chance", sa.Double(), nullable=False, server_default="0"))
    op.add_column("deadlines", sa.Column("similar", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deadlines", sa.Column("similar_grew", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_threads_first_seen", "threads", ["first_seen_at"], unique=False)
