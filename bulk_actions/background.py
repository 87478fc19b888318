"""A bulk action as a job: the same action on the same contacts, BULK_CHUNK of them in a transaction.

Whom it takes: ids that were given, or those of the contacts up to the highest id at the start that a query
finds when their chunk comes. Upward by id, so each contact comes once, whatever the action changes about it.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from bulk_actions.actions import ACTIONS, prepare, run
from bulk_actions.api.queries import find_contacts
from companies.models import Company
from custom_fields.services import types_by_slug
from jobs.models import Job
from jobs.registry import JobFailed, Kind, Progress, register_kind
from jobs.services import start_job
from subscribers.resolve import MODELS
from subscribers.services.locks import Held

KIND = "bulk_action"
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
        case [int(company)]:
            named = Company.objects.filter(pk=company).values_list("name", flat=True)
        case [first, *_]:
            named = [first]
        case _:
            named = []
    return ": ".join(filter(None, [words, ", ".join(map(str, named))]))


def step(job: Job) -> Progress:
    """One chunk. The contacts' ids and the action's statements, whatever the chunk's size.

    Raises JobFailed where the tags, the list, the company or the field of the action were deleted meanwhile.
    """
    name, arguments = job.options["action"], job.options["arguments"]
    chosen, finished = next_chunk(job.options, job.result["last_contact_id"])
    done = run(prepare(name, arguments), chosen)
    gone = isinstance(done.held, Held) and not (done.held.tags or done.held.lists or done.held.companies)
    if gone or (name == "update_custom_fields" and arguments[0] not in types_by_slug()):
        raise JobFailed("What the action names was deleted. The contacts that it has not come to stay as they are.")
    last = chosen[-1] if chosen else job.result["last_contact_id"]
    counts = {
        "last_contact_id": last,
        "completed_contacts": job.result["completed_contacts"] + done.contacts,
    }
    return Progress(len(chosen), last, job.result | counts, finished)


def next_chunk(options: Mapping[str, Any], after: int) -> tuple[list[int], bool]:
    """The next contacts, upward by id, and whether they are the last ones."""
    size = settings.BULK_CHUNK
    if "ids" in options:
        first = bisect_right(options["ids"], after)
        ids = options["ids"][first : first + size + 1]
    else:
        contacts = find_contacts(options["query"]).filter(pk__gt=after, pk__lte=options["up_to"])
        ids = list(contacts.order_by("pk").values_list("pk", flat=True)[: size + 1])
    return ids[:size], len(ids) <= size


register_kind(Kind(KIND, step, rights=tuple(sorted({action.right for action in ACTIONS.values()}))))
