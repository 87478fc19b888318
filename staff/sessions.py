"""Sessions of staff where the database can be read and not written to: locked by another program, read-only, full.

Django takes an error of the database while a session is saved for a session that another request ended,
and answers 400 without a word in the log.
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
    """SESSION_ENGINE: Django's, but an error of the database stays one."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().save(*args, **kwargs)
        except UpdateError as error:
            cause = error.__context__
            if cause is not None and is_unavailable(cause):
                raise cause from cause.__cause__
            raise


class Sessions(SessionMiddleware):
    """Django's, but a page that was read is shown though its session cannot be saved.

    All that a page changes in a session is that its messages were seen: they are shown again.
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
            log.warning("What was seen of a session is not noted for now: %s", reason(error))
            return response
