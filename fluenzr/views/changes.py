"""GET /v1/contacts/changes: the feed. FluenzR's page has no such route."""

from functools import partial
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.services import types_by_slug
from feed.reading import DEFAULT_LIMIT, MAX_LIMIT, ExpiredCursor, InvalidCursor, changed_contacts, first_cursor
from fluenzr.dialect import read_count
from fluenzr.errors import CursorExpired, invalid
from fluenzr.ids import CONTACT, encode
from fluenzr.representation import show_contacts
from fluenzr.views.contacts import VIEW, ContactView
from rest.numbers import as_integer
from rest.waiting import MAX_SECONDS, read_news


class ChangesView(ContactView):
    """The contacts that were created, changed and deleted after a cursor."""

    rights: ClassVar = {"GET": VIEW}

    def get(self, request: Request) -> Response:
        query = self.query
        limit = min(read_count(query, "limit", DEFAULT_LIMIT), MAX_LIMIT)
        seconds = self.seconds_to_wait()
        cursor = query.get("cursor")
        if not cursor:
            return self.page([], [], first_cursor(), more=False, retry_after=0)
        try:
            page, retry_after = read_news(request, partial(changed_contacts, limit=limit), cursor, seconds)
        except InvalidCursor:
            raise invalid("cursor", "cursor must be one that this server has given") from None
        except ExpiredCursor:
            raise CursorExpired from None
        contacts = show_contacts(page.ids, types_by_slug()) if page.ids else []
        deleted = [{"id": encode(CONTACT, pk), "email": email, "hash": hashed} for pk, email, hashed in page.deleted]
        return self.page(contacts, deleted, page.cursor, more=page.more, retry_after=retry_after)

    def seconds_to_wait(self) -> int:
        sent = self.query.get("wait") or "0"
        seconds = as_integer(sent)
        if seconds is None or seconds < 0:
            raise invalid("wait", "wait must be a number of seconds")
        return min(seconds, MAX_SECONDS)

    def page(self, contacts: Any, deleted: Any, cursor: str, *, more: bool, retry_after: int) -> Response:
        shown = {"contacts": contacts, "deleted": deleted, "cursor": cursor, "hasMore": more, "retryAfter": retry_after}
        return self.answer(shown)
