"""What Alembic runs: the revisions, on the connection and in the transaction it was handed."""

from alembic import context

from storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    # The caller holds one transaction around everything: a half-done upgrade never commits.
    transactional_ddl=False,
)
context.run_migrations()
