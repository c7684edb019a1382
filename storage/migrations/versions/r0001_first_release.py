"""The schema of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite numbers only a column that is exactly INTEGER.
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('crawls',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entry', sa.Text(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('requests', sa.Integer(), nullable=False),
    sa.Column('mentions', sa.Integer(), nullable=False),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('edited', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('suspicious', sa.Boolean(), nullable=False),
    sa.Column('seen', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crawls'))
    )
    op.create_index('ix_crawls_entry_started', 'crawls', ['entry', 'started_at'], unique=False)
    op.create_index('ix_crawls_started', 'crawls', ['started_at'], unique=False)
    op.create_table('cursors',
    sa.Column('entry', sa.Text(), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('entry', name=op.f('pk_cursors'))
    )
    op.create_table('digests',
    sa.Column('brand', sa.Text(), nullable=False),
    sa.Column('week', sa.Text(), nullable=False),
    sa.Column('made_at', sa.BigInteger(), nullable=False),
    sa.Column('figures', sa.Text(), nullable=False),
    sa.Column('sent_key', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('brand', 'week', name=op.f('pk_digests'))
    )
    op.create_table('holes',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entry', sa.Text(), nullable=False),
    sa.Column('where', sa.Text(), nullable=False),
    sa.Column('noticed_at', sa.BigInteger(), nullable=False),
    sa.Column('filled_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_holes'))
    )
    op.create_index('ix_holes_open', 'holes', ['entry'], unique=False, sqlite_where=sa.text('filled_at IS NULL'), postgresql_where=sa.text('filled_at IS NULL'))
    op.create_table('mutes',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('brand', sa.Text(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('until', sa.BigInteger(), nullable=True),
    sa.Column('by', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mutes'))
    )
    op.create_table('outbox',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('workspace', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('alert_id', sa.BigInteger(), nullable=True),
    sa.Column('under', sa.Text(), nullable=True),
    sa.Column('card', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('not_before', sa.BigInteger(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('claimed_at', sa.BigInteger(), nullable=True),
    sa.Column('sent_at', sa.BigInteger(), nullable=True),
    sa.Column('channel_id', sa.Text(), nullable=True),
    sa.Column('ts', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.Column('waiting_since', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_key')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_outbox_alert', 'outbox', ['alert_id'], unique=False, sqlite_where=sa.text('alert_id IS NOT NULL'), postgresql_where=sa.text('alert_id IS NOT NULL'))
    op.create_index('ix_outbox_state', 'outbox', ['state', 'id'], unique=False)
    op.create_index('ix_outbox_waiting', 'outbox', ['id'], unique=False, sqlite_where=sa.text('waiting_since IS NOT NULL'), postgresql_where=sa.text('waiting_since IS NOT NULL'))
    op.create_index('ix_outbox_waiting_card', 'outbox', ['card', 'id'], unique=False, sqlite_where=sa.text('waiting_since IS NOT NULL'), postgresql_where=sa.text('waiting_since IS NOT NULL'))
    op.create_table('skipped',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('entry', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('raw', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skipped'))
    )
    op.create_index('ix_skipped_entry', 'skipped', ['entry', 'id'], unique=False)
    op.create_table('snapshots',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('page', sa.Text(), nullable=False),
    sa.Column('brand', sa.Text(), nullable=True),
    sa.Column('observed_at', sa.BigInteger(), nullable=False),
    sa.Column('review_count', sa.BigInteger(), nullable=True),
    sa.Column('average', sa.Double(), nullable=True),
    sa.Column('best', sa.Double(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshots'))
    )
    op.create_index('ix_snapshots_source_observed', 'snapshots', ['source', 'observed_at'], unique=False)
    op.create_table('step_runs',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('step', sa.Text(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=False),
    sa.Column('ok', sa.Boolean(), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_step_runs'))
    )
    op.create_index('ix_step_runs_step_started', 'step_runs', ['step', 'started_at'], unique=False)
    op.create_table('threads',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('instance', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('brand', sa.Text(), nullable=False),
    sa.Column('entry', sa.Text(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('first_seen_at', sa.BigInteger(), nullable=False),
    sa.Column('observed_at', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('to_judge_since', sa.BigInteger(), nullable=True),
    sa.Column('leased_until', sa.BigInteger(), nullable=True),
    sa.Column('visited_at', sa.BigInteger(), nullable=True),
    sa.Column('stated_replies', sa.BigInteger(), nullable=True),
    sa.Column('counted_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_threads')),
    sa.UniqueConstraint('source', 'instance', 'brand', 'external_id', name=op.f('uq_threads_source_instance_brand_external_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_threads_brand_created', 'threads', ['brand', 'created_at'], unique=False)
    op.create_index('ix_threads_source_created', 'threads', ['source', 'created_at'], unique=False)
    op.create_index('ix_threads_to_judge', 'threads', ['to_judge_since'], unique=False, sqlite_where=sa.text('to_judge_since IS NOT NULL'), postgresql_where=sa.text('to_judge_since IS NOT NULL'))
    op.create_table('tombstones',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('who', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tombstones')),
    sa.UniqueConstraint('source', 'who', name=op.f('uq_tombstones_source_who'))
    )
    op.create_table('alerts',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('thread_id', ROW_ID, nullable=False),
    sa.Column('brand', sa.Text(), nullable=False),
    sa.Column('team', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('workspace', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=False),
    sa.Column('growth_deadline', sa.BigInteger(), nullable=False),
    sa.Column('answer_by', sa.BigInteger(), nullable=False),
    sa.Column('deadline_id', sa.BigInteger(), nullable=True),
    sa.Column('missed', sa.Integer(), nullable=False),
    sa.Column('taken_by', sa.Text(), nullable=True),
    sa.Column('taken_at', sa.BigInteger(), nullable=True),
    sa.Column('snoozed_until', sa.BigInteger(), nullable=True),
    sa.Column('answered_at', sa.BigInteger(), nullable=True),
    sa.Column('answered_by', sa.Text(), nullable=True),
    sa.Column('closed_at', sa.BigInteger(), nullable=True),
    sa.Column('closed_why', sa.Text(), nullable=True),
    sa.Column('turned_round_at', sa.BigInteger(), nullable=True),
    sa.Column('told_replies', sa.Integer(), nullable=False),
    sa.Column('reminded', sa.Text(), nullable=False),
    sa.Column('carried_by', sa.Text(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('live_until', sa.BigInteger(), nullable=True),
    sa.Column('changed_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['thread_id'], ['threads.id'], name=op.f('fk_alerts_thread_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alerts')),
    sa.UniqueConstraint('key', name=op.f('uq_alerts_key')),
    sa.UniqueConstraint('thread_id', name=op.f('uq_alerts_thread_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_alerts_answered', 'alerts', ['answered_at'], unique=False, sqlite_where=sa.text('answered_at IS NOT NULL'), postgresql_where=sa.text('answered_at IS NOT NULL'))
    op.create_index('ix_alerts_brand_opened', 'alerts', ['brand', 'opened_at'], unique=False)
    op.create_index('ix_alerts_carried', 'alerts', ['carried_by'], unique=False, sqlite_where=sa.text('carried_by IS NOT NULL'), postgresql_where=sa.text('carried_by IS NOT NULL'))
    op.create_index('ix_alerts_changed', 'alerts', ['changed_at'], unique=False, sqlite_where=sa.text('changed_at IS NOT NULL'), postgresql_where=sa.text('changed_at IS NOT NULL'))
    op.create_index('ix_alerts_closed', 'alerts', ['closed_at'], unique=False, sqlite_where=sa.text('closed_at IS NOT NULL'), postgresql_where=sa.text('closed_at IS NOT NULL'))
    op.create_index('ix_alerts_live', 'alerts', ['live_until'], unique=False, sqlite_where=sa.text('live_until IS NOT NULL'), postgresql_where=sa.text('live_until IS NOT NULL'))
    op.create_index('ix_alerts_opened', 'alerts', ['opened_at'], unique=False)
    op.create_table('counts',
    sa.Column('thread', ROW_ID, nullable=False),
    sa.Column('observed_at', sa.BigInteger(), nullable=False),
    sa.Column('replies', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['thread'], ['threads.id'], name=op.f('fk_counts_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('thread', 'observed_at', name=op.f('pk_counts')),
    sqlite_with_rowid=False
    )
    op.create_table('mentions',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('thread', ROW_ID, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('instance', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('brand', sa.Text(), nullable=False),
    sa.Column('thread_id', sa.Text(), nullable=False),
    sa.Column('parent_id', sa.Text(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('author', sa.Text(), nullable=True),
    sa.Column('author_id', sa.Text(), nullable=True),
    sa.Column('title', sa.Text(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('rating_value', sa.Double(), nullable=True),
    sa.Column('rating_best', sa.Double(), nullable=True),
    sa.Column('published_at', sa.BigInteger(), nullable=True),
    sa.Column('date_only', sa.Boolean(), nullable=False),
    sa.Column('edited_at', sa.BigInteger(), nullable=True),
    sa.Column('is_owner_reply', sa.Boolean(), nullable=False),
    sa.Column('is_root', sa.Boolean(), nullable=False),
    sa.Column('reply_count', sa.BigInteger(), nullable=True),
    sa.Column('like_count', sa.BigInteger(), nullable=True),
    sa.Column('share_count', sa.BigInteger(), nullable=True),
    sa.Column('author_followers', sa.BigInteger(), nullable=True),
    sa.Column('deleted', sa.Boolean(), nullable=False),
    sa.Column('first_seen_at', sa.BigInteger(), nullable=False),
    sa.Column('fetched_at', sa.BigInteger(), nullable=False),
    sa.Column('said_at', sa.BigInteger(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('unscored_since', sa.BigInteger(), nullable=True),
    sa.Column('leased_until', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['thread'], ['threads.id'], name=op.f('fk_mentions_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mentions')),
    sa.UniqueConstraint('source', 'instance', 'brand', 'external_id', name=op.f('uq_mentions_source_instance_brand_external_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_mentions_author', 'mentions', ['source', 'instance', 'author_id'], unique=False, sqlite_where=sa.text('author_id IS NOT NULL'), postgresql_where=sa.text('author_id IS NOT NULL'))
    op.create_index('ix_mentions_brand_said', 'mentions', ['brand', 'said_at'], unique=False)
    op.create_index('ix_mentions_thread', 'mentions', ['thread'], unique=False)
    op.create_index('ix_mentions_unscored', 'mentions', ['unscored_since'], unique=False, sqlite_where=sa.text('unscored_since IS NOT NULL'), postgresql_where=sa.text('unscored_since IS NOT NULL'))
    op.create_index('ix_mentions_unscored_thread', 'mentions', ['thread'], unique=False, sqlite_where=sa.text('unscored_since IS NOT NULL'), postgresql_where=sa.text('unscored_since IS NOT NULL'))
    op.create_table('verdicts',
    sa.Column('thread', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('judged_at', sa.BigInteger(), nullable=False),
    sa.Column('is_negative', sa.Boolean(), nullable=False),
    sa.Column('severity', sa.Integer(), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('topics', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=True),
    sa.Column('negative_since', sa.BigInteger(), nullable=True),
    sa.Column('untold_since', sa.BigInteger(), nullable=True),
    sa.Column('passed_over', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['thread'], ['threads.id'], name=op.f('fk_verdicts_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('thread', name=op.f('pk_verdicts'))
    )
    op.create_index('ix_verdicts_negative', 'verdicts', ['negative_since'], unique=False, sqlite_where=sa.text('negative_since IS NOT NULL'), postgresql_where=sa.text('negative_since IS NOT NULL'))
    op.create_index('ix_verdicts_untold', 'verdicts', ['untold_since'], unique=False, sqlite_where=sa.text('untold_since IS NOT NULL'), postgresql_where=sa.text('untold_since IS NOT NULL'))
    op.create_table('alert_events',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('alert_id', ROW_ID, nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('by', sa.Text(), nullable=True),
    sa.Column('numbers', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.id'], name=op.f('fk_alert_events_alert_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_events'))
    )
    op.create_index(op.f('ix_alert_events_alert_id'), 'alert_events', ['alert_id'], unique=False)
    op.create_index('ix_alert_events_at', 'alert_events', ['at'], unique=False)
    op.create_table('deadlines',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('alert_id', ROW_ID, nullable=False),
    sa.Column('decided_at', sa.BigInteger(), nullable=False),
    sa.Column('growth_deadline', sa.BigInteger(), nullable=False),
    sa.Column('answer_by', sa.BigInteger(), nullable=False),
    sa.Column('is_growing', sa.Boolean(), nullable=False),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.Column('is_about', sa.Boolean(), nullable=False),
    sa.Column('expected_more', sa.Double(), nullable=False),
    sa.Column('expected_more_low', sa.Double(), nullable=False),
    sa.Column('expected_more_high', sa.Double(), nullable=False),
    sa.Column('expected_final', sa.Double(), nullable=False),
    sa.Column('p_double', sa.Double(), nullable=False),
    sa.Column('p_10_more_24h', sa.Double(), nullable=False),
    sa.Column('milestone', sa.Integer(), nullable=True),
    sa.Column('milestone_at', sa.BigInteger(), nullable=True),
    sa.Column('damage_share', sa.Double(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('model_version', sa.Text(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.id'], name=op.f('fk_deadlines_alert_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadlines')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_deadlines_alert_id'), 'deadlines', ['alert_id'], unique=False)
    op.create_table('labels',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('mention_id', ROW_ID, nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['mention_id'], ['mentions.id'], name=op.f('fk_labels_mention_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_labels')),
    sa.UniqueConstraint('mention_id', 'by', name=op.f('uq_labels_mention_id_by'))
    )
    op.create_index('ix_labels_at', 'labels', ['at'], unique=False)
    op.create_table('mention_versions',
    sa.Column('id', ROW_ID, autoincrement=True, nullable=False),
    sa.Column('mention_id', ROW_ID, nullable=False),
    sa.Column('seen_at', sa.BigInteger(), nullable=False),
    sa.Column('replaced_at', sa.BigInteger(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('rating_value', sa.Double(), nullable=True),
    sa.Column('rating_best', sa.Double(), nullable=True),
    sa.Column('label', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['mention_id'], ['mentions.id'], name=op.f('fk_mention_versions_mention_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mention_versions'))
    )
    op.create_index(op.f('ix_mention_versions_mention_id'), 'mention_versions', ['mention_id'], unique=False)
    op.create_index('ix_mention_versions_replaced', 'mention_versions', ['replaced_at'], unique=False)
    op.create_table('sentiments',
    sa.Column('mention_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('negative', sa.Double(), nullable=False),
    sa.Column('neutral', sa.Double(), nullable=False),
    sa.Column('positive', sa.Double(), nullable=False),
    sa.Column('model', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=True),
    sa.Column('topics', sa.Text(), nullable=False),
    sa.Column('scored_at', sa.BigInteger(), nullable=False),
    sa.Column('unsure_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['mention_id'], ['mentions.id'], name=op.f('fk_sentiments_mention_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('mention_id', name=op.f('pk_sentiments'))
    )
    op.create_index('ix_sentiments_unsure', 'sentiments', ['unsure_at'], unique=False, sqlite_where=sa.text('unsure_at IS NOT NULL'), postgresql_where=sa.text('unsure_at IS NOT NULL'))
