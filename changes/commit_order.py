"""The order in which changes were committed.

An entry keeps the id of its transaction, from PostgreSQL's counter, plus an offset (nearly always 0).
Transactions get their ids in one order and commit in another, so a reader only reads below the oldest one that still
runs: no entry can appear there any more. Transactions of other databases share the counter; those that are known to
belong to another database do not hold readers up. SQLite has one writer, so the ids of entries are already in the order
of commits, and every entry has the same number.

A server into which a dump is restored has another counter. If its counter is lower, new entries would come before
those that readers have seen. So the first writer, which finds a stored number above the counter, raises the offset
above all numbers (continue_numbers). pg_upgrade, a base backup and a replica that takes over keep the counter.
"""

from database.sql import execute

OFFSET = "COALESCE((SELECT o.value FROM changes_transactionoffset o), 0)"
# xmax is above every transaction that had ended, not above this one, whose id is null if it has written nothing.
MOVED = f"""
    (SELECT max(c.transaction_number) FROM changes_change c) - {OFFSET} >= GREATEST(
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_current_xact_id_if_assigned()::text::bigint + 1
    )
"""
NOT_MOVED = f"({MOVED}) IS NOT TRUE"
NUMBER = f"pg_current_xact_id()::text::bigint + {OFFSET}"
# Also after a move from PostgreSQL the newest entry is the last one.
NUMBER_ON_SQLITE = "COALESCE((SELECT max(transaction_number) FROM changes_change), 0)"
# The transactions that run and have an id, without those that hold a lock on a table of another database. One that has
# ended since the statement began holds no lock any more, and so counts. A replica does not list what runs.
OLDEST_RUNNING = """
    WITH locks AS MATERIALIZED (SELECT * FROM pg_locks WHERE granted)
    SELECT min(running::text::bigint) FROM pg_snapshot_xip(pg_current_snapshot()) running
    WHERE running::xid NOT IN (
        SELECT own.transactionid FROM locks own JOIN locks tables USING (virtualtransaction)
        WHERE own.locktype = 'transactionid' AND own.mode = 'ExclusiveLock' AND tables.locktype = 'relation'
            AND tables.database NOT IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    )
"""
# xmin is below this transaction's own id, too; it is all there is to know where nothing else runs.
BELOW_RUNNING_HERE = f"""
    CASE WHEN NOT EXISTS (SELECT 1 FROM pg_snapshot_xip(pg_current_snapshot()))
        THEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        ELSE LEAST(
            ({OLDEST_RUNNING}), pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
            pg_current_xact_id_if_assigned()::text::bigint
        )
    END
"""
# In a database that was moved and not written to since, all visible entries are committed.
BELOW_RUNNING = f"""
    SELECT CASE WHEN {MOVED} THEN {2**63 - 1} ELSE {BELOW_RUNNING_HERE} + {OFFSET} END
"""
# A second transaction waits here, and then finds nothing to do.
LOCK_OFFSET = "LOCK TABLE changes_transactionoffset IN EXCLUSIVE MODE"
CONTINUE = f"""
    INSERT INTO changes_transactionoffset (id, value)
    SELECT 1, (SELECT max(c.transaction_number) FROM changes_change c) WHERE {MOVED}
    ON CONFLICT (id) DO UPDATE SET value = EXCLUDED.value
"""


def continue_numbers() -> None:
    """Make new numbers greater than all stored ones, after the database was moved to a server with a lower counter."""
    execute(LOCK_OFFSET)
    execute(CONTINUE)
