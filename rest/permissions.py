"""Rights: Django's permissions and groups decide what a valid password may do."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class HasRights(BasePermission):
    """Holds a request to its view's `rights` (see wp_rest.views.RestView).

    Without valid credentials 401, without the right 403. At most two statements; none for a superuser.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        user: Any = request.user
        if user is None:
            return False
        method = "GET" if request.method == "HEAD" else request.method
        if method not in view.rights:
            return False
        right = view.rights[method]
        if right is None:
            return True
        return user.has_perms((right,) if isinstance(right, str) else right)
