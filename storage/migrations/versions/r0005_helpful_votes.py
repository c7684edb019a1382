"""How the "helpful" votes of a review rose, as crawls saw them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("threads", sa.Column("stated_votes", sa.BigInteger(), nullable=True))
    op.add_column("threads", sa.Column("voted_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "votes",
        sa.Column("thread", ROW_ID, nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("votes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["thread"], ["threads.id"], name=op.f("fk_votes_thread"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("thread", "observed_at", name=op.f("pk_votes")),
        sqlite_with_rowid=False,
    )
