"""PUT and POST /subscribers/do-bulk-action: one action on a set of contacts."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from bulk_actions import background
from bulk_actions.actions import ACTIONS, prepare, run
from bulk_actions.api.options import DONE, READERS, ReadAction
from bulk_actions.api.queries import keep, read_query
from jobs.api.representation import job_address, show_job
from jobs.models import Job
from rest.numbers import as_integer
from subscribers.api.filters import select_to_change
from subscribers.models import Subscriber
from wp_rest.exceptions import Unprocessable
from wp_rest.parameters import as_ids, is_true
from wp_rest.viewsets import RestViewSet

IN_BACKGROUND = "The action has started. Ask for the job to see its progress."


class BulkActionViewSet(RestViewSet):
    """The permission depends on the action."""

    rights: ClassVar = {"do_bulk_action": None}

    @action(detail=False, methods=["post", "put"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        """Everything is checked before anything is written; all of it is one transaction."""
        params = self.params
        name = params.get("action_name")
        if not isinstance(name, str) or name not in ACTIONS:
            raise Unprocessable("Selected Action is not valid")
        user: Any = request.user
        if not user.has_perm(ACTIONS[name].right):
            self.permission_denied(request)
        everyone = is_true(params.get("is_all"))
        chosen = [] if everyone else as_ids(params.get("subscriber_ids"), "subscriber_ids")
        if not everyone and not chosen:
            raise Unprocessable("Subscribers selection is required")
        read = READERS[name](params)
        if is_true(params.get("background")):
            job = self.start_on_query(name, read) if everyone else self.start_on_ids(name, read, chosen)
            started = {"message": IN_BACKGROUND, "job": show_job(job)}
            return Response(self.naming(read, started), status=202, headers={"Location": job_address(job)})
        with transaction.atomic():
            if everyone:
                chosen, completed = self.next_chunk(params)
            done = run(prepare(name, read.arguments), chosen)
            message = read.message(done.count) if done.contacts or not everyone else DONE
        answer: dict[str, Any] = {
            "last_contact_id": max(chosen, default=self.last_id),
            "completed_contacts": done.contacts,
            "message": message,
        }
        if everyone:
            answer["is_completed"] = completed
        return Response(self.naming(read, answer))

    @property
    def last_id(self) -> int:
        return as_integer(self.params.get("last_id")) or 0

    def naming(self, read: ReadAction, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer with what was named in vain."""
        return answer | ({"ignored": read.ignored} if read.ignored else {})

    def next_chunk(self, params: dict[str, Any]) -> tuple[list[int], bool]:
        """The next BULK_CHUNK contacts of `contact_query` (the filters of the list) after `last_id`, in the order of
        their ids, and whether they are the last ones.
        """
        contacts = select_to_change(read_query(params)).contacts.filter(pk__gt=self.last_id)
        ids = list(contacts.order_by("pk").values_list("pk", flat=True)[: settings.BULK_CHUNK + 1])
        return ids[: settings.BULK_CHUNK], len(ids) <= settings.BULK_CHUNK

    def start_on_ids(self, name: str, read: ReadAction, ids: list[int]) -> Job:
        return background.act_on_ids(name, read.arguments, ids, ignored=read.ignored)

    def start_on_query(self, name: str, read: ReadAction) -> Job:
        """On all contacts that there are now and that the query finds when their chunk comes."""
        query = read_query(self.params)
        selection = select_to_change(query)
        after = max(self.last_id, 0)
        total = selection.contacts.filter(pk__gt=after).count() if after else selection.total()
        up_to = Subscriber.objects.aggregate(highest=Max("pk"))["highest"] or 0
        return background.act_on_query(
            name, read.arguments, keep(query), total=total, after=after, up_to=up_to, ignored=read.ignored
        )
