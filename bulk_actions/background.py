"""A bulk action as a job: the same action on the same contacts, BULK_CHUNK of them in a transaction.

Whom it takes: ids that were given, or those of the contacts up to the highest id at the start that a query
finds when their chunk comes. Upward by id, so each contact comes once, whatever the action changes about it.

Another job takes back what such a job did, entry by entry of history (bulk_actions.undoing).
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Sum
from django.utils import timezone

from automations.models import Automation
from bulk_actions.actions import ACTIONS, CHANGE, prepare, run
from bulk_actions.undoing import EVENTS, OPPOSITES, CannotUndo, Undo
from changes.models import Change, ChangedContact, RemovedHistory
from companies.models import Company
from custom_fields.services import types_by_slug
from jobs.models import NOT_AGAIN, Job
from jobs.registry import JobFailed, Kind, Progress, register_kind
from jobs.services import start_job
from sequences.models import EmailSequence
from subscribers.querysets import SubscriberQuerySet
from subscribers.registry import Unreadable, contacts_meant_by
from subscribers.resolve import MODELS
from subscribers.services.locks import Held

KIND, UNDO = "bulk_action", "undo_bulk_action"
GONE = "What the action names was deleted. The contacts that it has not come to stay as they are."
# Tags or lists that a title names.
NAMED = 3


def act_on_ids(
    name: str,
    arguments: Sequence[Any],
    ids: Sequence[int],
    *,
    title: str = "",
    ignored: Mapping[str, Any] | None = None,
) -> Job:
    """Start a job for an action on contacts, however many. Its arguments are those of Action.prepare."""
    options = {"action": name, "arguments": list(arguments), "ids": sorted(set(ids))}
    return start(options, len(options["ids"]), title, 0, ignored)


def act_on_query(
    name: str,
    arguments: Sequence[Any],
    query: Mapping[str, Any],
    *,
    total: int,
    after: int,
    up_to: int,
    ignored: Mapping[str, Any] | None = None,
) -> Job:
    """Start one on the contacts of ids above `after`, `up_to` included, that a query finds (bulk_actions.api.queries)."""
    options = {"action": name, "arguments": list(arguments), "query": query, "up_to": up_to}
    return start(options, total, "", after, ignored)


def start(options: dict[str, Any], total: int, title: str, after: int, ignored: Mapping[str, Any] | None) -> Job:
    result = {"last_contact_id": after, "completed_contacts": 0}
    title = title or describe(options["action"], options["arguments"])
    return start_job(KIND, options, title=title, total=total, result=result | ({"ignored": ignored} if ignored else {}))


def describe(name: str, arguments: Sequence[Any]) -> str:
    """An action in words, with the first tags, lists or company that it names: "Add to tags: VIP". One statement."""
    words = name.replace("_", " ").capitalize()
    match arguments:
        case ["tags" | "lists" as kind, ids]:
            named = MODELS[kind].objects.filter(pk__in=ids).order_by("pk").values_list("title", flat=True)[:NAMED]
        case [int(sequence)] if name == "add_to_email_sequence":
            named = EmailSequence.objects.filter(pk=sequence).values_list("title", flat=True)
        case [int(automation)] if name == "add_to_automation":
            named = Automation.objects.filter(pk=automation).values_list("title", flat=True)
        case [int(company)]:
            named = Company.objects.filter(pk=company).values_list("name", flat=True)
        case [first, *_]:
            named = [first]
        case _:
            named = []
    return ": ".join(filter(None, [words, ", ".join(map(str, named))]))


def step(job: Job) -> Progress:
    """One chunk. The contacts' ids and the action's statements, whatever the chunk's size.

    Raises JobFailed where the tags, the list, the company, the field, the sequence or the automation of the action were
    deleted meanwhile, or the sequence was paused or the automation made a draft.
    """
    name, arguments = job.options["action"], job.options["arguments"]
    chosen, finished = next_chunk(job.options, job.result["last_contact_id"])
    done = run(prepare(name, arguments), chosen)
    if done.held is False:
        raise JobFailed(
            "What the action names was deleted or paused. The contacts that it has not come to stay as they are."
        )
    if is_gone(done.held) or (name == "update_custom_fields" and arguments[0] not in types_by_slug()):
        raise JobFailed(GONE)
    last = chosen[-1] if chosen else job.result["last_contact_id"]
    counts = {
        "last_contact_id": last,
        "completed_contacts": job.result["completed_contacts"] + done.contacts,
    }
    return Progress(len(chosen), last, job.result | counts, finished)


def is_gone(held: Any) -> bool:
    """Whether tags, lists or companies were to be held, and there are none any more."""
    return isinstance(held, Held) and not (held.tags or held.lists or held.companies)


def next_chunk(options: Mapping[str, Any], after: int) -> tuple[list[int], bool]:
    """The next contacts, upward by id, and whether they are the last ones."""
    size = settings.BULK_CHUNK
    if "ids" in options:
        first = bisect_right(options["ids"], after)
        ids = options["ids"][first : first + size + 1]
    else:
        contacts = found_by(options["query"]).filter(pk__gt=after, pk__lte=options["up_to"])
        ids = list(contacts.order_by("pk").values_list("pk", flat=True)[: size + 1])
    return ids[:size], len(ids) <= size


def found_by(query: Any) -> SubscriberQuerySet:
    """The contacts that a kept query finds now. Raises JobFailed where it finds none any more: its tag was deleted."""
    try:
        return contacts_meant_by("contact_query", query)
    except Unreadable as error:
        raise JobFailed(f"The contact_query cannot be read any more: {error}") from error


def entries_of(job_id: int, name: str) -> Any:
    """What a job for that action wrote about contacts, each about one tag, status, ..."""
    return Change.objects.filter(job_id=job_id, event=EVENTS[name]).order_by("pk")


def undoable(job: Job) -> int:
    """How many contacts a job has changed, if all of that can be taken back; else 0. Four statements at most.

    It cannot while the job or its undo goes on, after it was undone, if history lacks what was before or
    CHANGES_RETENTION_DAYS may have removed some of it, and if one of the tags, the list or the company was deleted.
    An undo that failed or was cancelled may be started again: those whom it has reached are not as the job left them.
    """
    if job.kind != KIND or job.is_unfinished:
        return 0
    # Not all of the options: they may hold every id.
    undo = Job.objects.filter(undoes=OuterRef("pk"), state__in=NOT_AGAIN)
    name = Job.objects.filter(~Exists(undo), pk=job.pk).values_list("options__action", flat=True).first()
    days = settings.CHANGES_RETENTION_DAYS
    if name not in EVENTS or (days and job.created_at < timezone.now() - timedelta(days=days)):
        return 0
    entries = entries_of(job.pk, name)
    found = entries.aggregate(first=Min("pk"), contacts=Sum("contacts"))
    if found["first"] is None or RemovedHistory.objects.filter(change_id__gte=found["first"]).exists():
        return 0
    if EVENTS[name] in OPPOSITES:
        target = OPPOSITES[EVENTS[name]][-1].objects.filter(pk=OuterRef("subject_id"))
        if entries.filter(~Exists(target)).exists():
            return 0
    return int(found["contacts"])


@transaction.atomic
def undo_job(job_id: int) -> Job:
    """Start the job that takes back what another did. Raises CannotUndo, also for the second of two who ask at once."""
    job = Job.objects.defer("options", "cursor").filter(pk=job_id).select_for_update(no_key=True).first()
    contacts = undoable(job) if job else 0
    if not (job and contacts):
        raise CannotUndo("History does not have what was before, or it was undone already.")
    name = Job.objects.values_list("options__action", flat=True).get(pk=job_id)
    options, result = {"job": job_id, "action": name}, {"undone_contacts": 0}
    return start_job(UNDO, options, title=f"Undo: {job.title}", total=contacts, result=result, undoes=job)


def undo_step(job: Job) -> Progress:
    """One chunk: the next contacts of an entry. The statements of Undo, and those for the entry and its contacts.

    The cursor is an entry and the last contact of it that is done. Raises JobFailed where what the entry is about was
    deleted meanwhile.
    """
    at, after = job.cursor or (0, 0)
    entries = list(entries_of(job.options["job"], job.options["action"]).filter(pk__gte=at)[:2])
    if not entries:
        return Progress(0, job.cursor, job.result, finished=True)
    entry, *others = entries
    links = ChangedContact.objects.filter(change=entry.pk, contact_id__gt=after if entry.pk == at else 0)
    size = settings.BULK_CHUNK
    ids = list(links.order_by("contact_id").values_list("contact_id", flat=True)[: size + 1])
    chosen, more = ids[:size], len(ids) > size
    count = 0
    if chosen:
        try:
            done = Undo(entry).run(chosen)
        except CannotUndo as error:
            raise JobFailed(f"{error} The contacts that it has not come to stay as they are.") from error
        if is_gone(done.held):
            raise JobFailed(GONE)
        count = done.count
    result = job.result | {"undone_contacts": job.result["undone_contacts"] + count}
    cursor = [entry.pk, chosen[-1]] if more else [entry.pk + 1, 0]
    return Progress(len(chosen), cursor, result, finished=not (more or others))


register_kind(Kind(UNDO, undo_step, rights=(CHANGE,)))
register_kind(Kind(KIND, step, rights=tuple(sorted({action.right for action in ACTIONS.values()}))))
