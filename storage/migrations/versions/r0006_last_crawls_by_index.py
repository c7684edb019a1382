"""An entry's last crawl is found without reading the others: the index by status holds what that takes."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_crawls_entry_status", "crawls", ["entry", "status", "id"], unique=False)
