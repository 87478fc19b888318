"""Rights: Django's permissions decide what a user with valid credentials may do."""

from collections.abc import Mapping
from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

# A verb, or a viewset's action, with the Django permission, or several, that it takes
# ("subscribers.view_subscriber"), or None where valid credentials are enough. What is not in it is refused.
Rights = Mapping[str, str | tuple[str, ...] | None]


def rights_of(rights: Rights, key: str) -> tuple[str, ...] | None:
    """The permissions that a verb or an action needs; None if nobody may do it."""
    if key not in rights:
        return None
    right = rights[key]
    return (right,) if isinstance(right, str) else right or ()


class HasRights(BasePermission):
    """Checks a request against its view's `rights`, by the view's key for its verb (`key_of_rights`).

    401 without valid credentials, 403 without the permission. At most two statements; none for a superuser.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        if user is None:
            return False
        needed = rights_of(view.rights, view.key_of_rights("GET" if request.method == "HEAD" else request.method))
        if needed is None:
            return False
        return not needed or bool(user.has_perms(needed))
