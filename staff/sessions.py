"""Sessions while the database can be read but not written: it is locked by another program, read-only or full.

If a session cannot be saved, Django assumes that another request has ended it, and answers 400 without an entry in
the log.
"""

import logging
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from accounts.services import without_waiting
from rest.availability import is_unavailable, reason

log = logging.getLogger(__name__)


class SessionStore(db.SessionStore):
    """SESSION_ENGINE: Django's, but errors of the database are raised."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().save(*args, **kwargs)
        except UpdateError as error:
            cause = error.__context__
            if cause is not None and is_unavailable(cause):
                raise cause from cause.__cause__
            raise


class Sessions(SessionMiddleware):
    """Django's middleware, but a page is shown even if its session cannot be saved after a read.

    Reading a page only removes the messages from its session, so at worst these are shown again.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return super().process_response(request, response)
        session: Any = request.session
        if not session.modified:
            return super().process_response(request, response)
        try:
            with without_waiting():
                return super().process_response(request, response)
        except DatabaseError as error:
            if not is_unavailable(error):
                raise
            log.warning("A session could not be saved after a read: %s", reason(error))
            return response
