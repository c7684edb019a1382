"""A week's texts and crawls are counted without reading them: the indexes by time hold what that takes."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_mentions_brand_said", "mentions")
    columns = ["brand", "said_at", "thread", "is_owner_reply", "deleted"]
    op.create_index("ix_mentions_brand_said", "mentions", columns, unique=False)
    op.drop_index("ix_crawls_started", "crawls")
    op.create_index("ix_crawls_started", "crawls", ["started_at", "ended_at"], unique=False)
