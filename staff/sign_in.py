"""Limits before and at the sign-in of staff: the size of bodies, and failed sign-ins from one address."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from rest.addresses import client_network
from rest.rate_limit import add_failure, seconds_over
from staff.notices import notice, too_many_failures

# The form to sign in has less than 1 KB.
STRANGERS_BODY_BYTES = 64 * 1024


class LimitStrangersBodies:
    """Refuses large bodies before they are read: Django's CSRF check would read them.

    Without sign-in a client may send STRANGERS_BODY_BYTES, staff MAX_BODY_BYTES. The views of the APIs check
    credentials themselves first. Must come after AuthenticationMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin") and request.method not in ("GET", "HEAD", "OPTIONS"):
            if is_too_large(request):
                return notice("Too large", "The request is larger than this server accepts.", status=413)
            if request.path_info == reverse("admin:login") and (wait := address_is_over(request)):
                return too_many_failures(wait)
        return self.get_response(request)


def is_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdecimal() else 0
    if size <= STRANGERS_BODY_BYTES:
        return False
    user: Any = request.user
    return size > settings.MAX_BODY_BYTES or not (user.is_active and user.is_staff)


def address_is_over(request: HttpRequest) -> int:
    """The seconds until anyone may sign in again from the request's address, or 0."""
    limit = settings.FAILED_LOGINS_A_MINUTE * settings.ADMIN_USERS_AN_ADDRESS
    return seconds_over(f"admin from {client_network(request)}", limit) if limit else 0


@receiver(user_login_failed)
def count_failure(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Count failures by address alone, for addresses that try many users: django-axes counts by user and address."""
    if request is not None and settings.FAILED_LOGINS_A_MINUTE:
        add_failure(f"admin from {client_network(request)}")
