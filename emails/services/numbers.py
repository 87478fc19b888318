"""Numbers of mailings: kept by the database with each change of a message, so they cost the same for any size."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields

from database.sql import any_of, execute, ids_parameter, is_postgresql, read

# Rows of the ledger that are moved into the sums in one transaction.
FOLD = 10_000


@dataclass(frozen=True)
class Numbers:
    """Messages of a mailing: in each state, and those that something became of, each counted once.

    A campaign has one message to a contact, so of a campaign these are contacts.
    """

    scheduled: int = 0
    sending: int = 0
    sent: int = 0
    failed: int = 0
    bounced: int = 0
    unsure: int = 0
    cancelled: int = 0
    opened: int = 0
    clicked: int = 0
    unsubscribed: int = 0
    complained: int = 0

    @property
    def total(self) -> int:
        return self.scheduled + self.sending + self.sent + self.failed + self.bounced + self.unsure + self.cancelled


NAMES = [field.name for field in fields(Numbers)]


@dataclass(frozen=True)
class OfLink:
    """How many contacts followed a link of a mailing, and how often in all."""

    id: int
    url: str
    contacts: int
    clicks: int


def sums(kind: str, key: str, names: Iterable[str], where: str) -> str:
    listed = ", ".join(names)
    added = ", ".join(f"CAST(sum({name}) AS bigint)" for name in names)
    return f"""
        SELECT {key}, {added} FROM (
            SELECT {key}, {listed} FROM emails_{kind}count WHERE {where}
            UNION ALL
            SELECT {key}, {listed} FROM emails_{kind}delta WHERE {where}
        ) kept GROUP BY {key}
    """


def numbers_of(mailing_ids: Collection[int]) -> dict[int, Numbers]:
    """The numbers of each of the mailings. One statement, whatever the number of messages."""
    sql = sums("mailing", "mailing_id", NAMES, f"mailing_id {any_of(keep_plan=True)}")
    chosen = ids_parameter(mailing_ids)
    found = {row[0]: Numbers(*row[1:]) for row in read(sql, chosen, chosen)}
    return {pk: found.get(pk, Numbers()) for pk in mailing_ids}


def numbers_by_subject(mailing_id: int) -> dict[int, Numbers]:
    """The numbers of a mailing by the id of the subject (`settings["subjects"]`) that messages were sent with.

    0 is for messages that have no subject of their own yet. One statement.
    """
    sql = sums("mailing", "variant", NAMES, "mailing_id = %s")
    return {row[0]: Numbers(*row[1:]) for row in read(sql, mailing_id, mailing_id)}


def link_numbers(mailing_id: int) -> list[OfLink]:
    """The links of a mailing that were followed, the most followed first. One statement."""
    of_mailing = "link_id IN (SELECT id FROM emails_link WHERE mailing_id = %s)"
    kept = sums("link", "link_id", ["contacts", "clicks"], of_mailing)
    sql = f"""
        WITH n (link_id, contacts, clicks) AS ({kept})
        SELECT l.id, l.url, n.contacts, n.clicks FROM n JOIN emails_link l ON l.id = n.link_id
        WHERE n.contacts > 0 ORDER BY n.contacts DESC, n.clicks DESC, l.id
    """
    return [OfLink(*row) for row in read(sql, mailing_id, mailing_id)]


def fold_sql(kind: str, keys: str, names: Iterable[str]) -> str:
    """One statement, so that every reader sees the rows either before or after.

    SKIP LOCKED: two who fold at once take different rows. They add to the sums in one order.
    """
    listed = ", ".join(names)
    return f"""
        WITH taken AS (
            DELETE FROM emails_{kind}delta WHERE id = ANY(ARRAY(
                SELECT id FROM emails_{kind}delta ORDER BY id LIMIT {FOLD} FOR UPDATE SKIP LOCKED
            )) RETURNING *
        ), folded AS (
            INSERT INTO emails_{kind}count ({keys}, {listed})
            SELECT {keys}, {", ".join(f"sum({name})" for name in names)} FROM taken GROUP BY {keys} ORDER BY {keys}
            ON CONFLICT ({keys}) DO UPDATE SET
                {", ".join(f"{name} = emails_{kind}count.{name} + excluded.{name}" for name in names)}
        ) SELECT count(*) FROM taken
    """


FOLDS = (fold_sql("mailing", "mailing_id, variant", NAMES), fold_sql("link", "link_id", ["contacts", "clicks"]))


def fold_numbers() -> bool:
    """Move changes that were noted into the sums; True if there may be more. Two statements, none on SQLite."""
    if not is_postgresql():
        return False
    return max(execute(sql)[0][0] for sql in FOLDS) == FOLD
