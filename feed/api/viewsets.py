"""GET /subscribers/changes: the feed, for programs that keep a copy of the contacts. FluentCRM has no such route."""

from functools import partial
from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from custom_fields.services import types_by_slug
from feed.reading import DEFAULT_LIMIT, MAX_LIMIT, ExpiredCursor, InvalidCursor, changed_contacts, first_cursor
from rest.numbers import as_integer
from rest.waiting import MAX_SECONDS, read_news
from subscribers.api.representation import show_contacts
from subscribers.reading import read_contacts
from wp_rest.exceptions import RestError, invalid
from wp_rest.viewsets import RestViewSet

WRONG_CURSOR = "The cursor must be one that this server has given."


class CursorExpired(RestError):
    status_code, code = 410, "rest_cursor_expired"
    message = "The changes after this cursor were removed. Take a new cursor, then copy all contacts."


class FeedViewSet(RestViewSet):
    """The changes of contacts."""

    rights: ClassVar = {"changes": "subscribers.view_subscriber"}

    @action(detail=False)
    def changes(self, request: Request) -> Response:
        """The contacts that were created, changed and deleted after a cursor."""
        params = self.params
        limit = as_integer(params.get("limit")) or DEFAULT_LIMIT
        limit = min(limit, MAX_LIMIT) if limit > 0 else DEFAULT_LIMIT
        seconds = as_integer(params.get("wait") or 0)
        if seconds is None or seconds < 0:
            raise invalid("wait", "The wait must be a number of seconds.", "integer")
        cursor = params.get("cursor")
        if cursor in (None, ""):
            return Response(show_page([], [], first_cursor(), more=False, retry_after=0))
        if not isinstance(cursor, str):
            raise invalid("cursor", WRONG_CURSOR)
        read = partial(changed_contacts, limit=limit)
        try:
            page, retry_after = read_news(request, read, cursor, min(seconds, MAX_SECONDS))
        except InvalidCursor:
            raise invalid("cursor", WRONG_CURSOR) from None
        except ExpiredCursor:
            raise CursorExpired from None
        contacts: list[dict[str, Any]] = []
        if page.ids:
            contacts = show_contacts(read_contacts(page.ids, custom_values=True), custom_fields=types_by_slug())
        deleted = [{"id": pk, "email": email, "hash": hashed} for pk, email, hashed in page.deleted]
        return Response(show_page(contacts, deleted, page.cursor, more=page.more, retry_after=retry_after))


def show_page(contacts: Any, deleted: Any, cursor: str, *, more: bool, retry_after: int) -> dict[str, Any]:
    return {
        "contacts": contacts,
        "deleted": deleted,
        "cursor": cursor,
        "has_more": more,
        "retry_after": retry_after,
    }
