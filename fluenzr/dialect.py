"""What all routes of this face share: API keys, limits, the envelope, and reading parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Never

from django.conf import settings
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.throttling import limit_headers
from accounts.api_keys import Key
from fluenzr.authentication import ApiKeyAuthentication
from fluenzr.errors import NO_ROUTE, ApiError, Forbidden, NotFound, RateLimited, exception_handler, invalid
from rest.addresses import client_network
from rest.bodies import admit_body
from rest.exceptions import CompressedBody
from rest.idempotency import answer_once
from rest.negotiation import AlwaysJSON
from rest.numbers import as_integer
from rest.parsers import JSONParser
from rest.permissions import HasRights, Rights
from rest.query import read_query
from rest.rate_limit import spend
from rest.renderers import JSONRenderer
from rest.transactions import retry_lost_races
from subscribers.selection import Order

VERBS = ("get", "post", "put", "delete")
WRITING_VERBS = {"post", "put", "delete"}
DEFAULT_PER_PAGE, MAX_PER_PAGE = 20, 100
# No contact is on a later page, and a larger offset would not fit into a statement.
MAX_PAGE = 10**12


class MayWrite(BasePermission):
    """Refuses read-only keys for all methods except GET and those in the view's `reads`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key: Any = request.auth
        if key.read_only and request.method not in {"GET", "HEAD", *view.reads}:
            raise Forbidden("This API key is read-only")
        return True


class FluenzrView(APIView):
    """A route. `rights` maps its verbs to the Django permissions that they need (rest.permissions)."""

    authentication_classes = (ApiKeyAuthentication,)
    permission_classes: Any = (HasRights, MayWrite)
    throttle_classes = ()
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AlwaysJSON
    schema = None  # fluenzr.openapi describes this face
    rights: ClassVar[Rights] = {}
    reads: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.http_method_names = [*(name for name in VERBS if hasattr(cls, name)), "head"]

    def get_exception_handler(self) -> Any:
        return exception_handler

    @property
    def default_response_headers(self) -> dict[str, str]:
        # Contacts are personal data: no cache between the server and the client may keep them.
        return {"Cache-Control": "no-store, private"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the request first, also one that is refused: every answer has the headers of the limit."""
        refused, key = None, None
        try:
            key = self.read_key(request)
        except APIException as error:
            refused = error
        self.count(request, key)
        verb = (request.method or "").lower()
        if verb not in self.http_method_names:
            raise NotFound(f"{NO_ROUTE}: {request.method} {request.path}")
        if refused and self.permission_classes:
            raise refused
        self.check_permissions(request)
        if key:  # without a valid key the body is never read
            self.admit_body(request)
        if verb in WRITING_VERBS:
            handler = answer_once(getattr(self, verb), verb, request)
            setattr(self, verb, retry_lost_races(handler))

    def key_of_rights(self, verb: str) -> str:
        """The key in `rights` for a verb: the verb itself."""
        return verb

    def admit_body(self, request: Request) -> None:
        try:
            admit_body(request._request)
        except CompressedBody:
            self.headers["Accept-Encoding"] = "identity"  # RFC 9110, 12.5.3
            raise

    def read_key(self, request: Request) -> Key | None:
        """The API key of the request; None if it has none. Raises AuthenticationFailed and Throttled."""
        key: Any = request.auth
        return key

    def count(self, request: Request, key: Key | None) -> None:
        """Count the request against the limit of its key, or of its address if it has no valid key."""
        limit: int = settings.FLUENZR_RATE_LIMIT
        if not limit:
            return
        spent = spend(f"key {key.id}" if key else f"address {client_network(request)}", limit)
        self.headers.update(limit_headers(spent))
        if not spent.allowed:
            raise RateLimited(spent.wait)

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Never:
        raise NotFound(f"{NO_ROUTE}: {request.method} {request.path}")

    @cached_property
    def sent(self) -> dict[str, Any]:
        """The body. Raises the 400 if it is not an object."""
        body = self.request.data
        if not isinstance(body, dict):
            raise ApiError("The body must be an object")
        return body

    @cached_property
    def query(self) -> dict[str, str]:
        """The last value of each parameter. Raises InvalidQuery (400)."""
        # PostgreSQL cannot store NUL, so no stored text has one.
        return {name: value.replace("\x00", "") for name, value in read_query(self.request.META)}

    def may(self, right: str) -> bool:
        """Whether the key's user has a Django permission."""
        user: Any = self.request.user
        return bool(user.has_perm(right))

    def answer(self, shown: Any, *, status: int = 200) -> Response:
        return Response({"success": True, "data": shown}, status=status)


class NoRouteView(FluenzrView):
    """A 404 for all addresses that no other route matches, without a key too."""

    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.http_method_not_allowed(request)


@dataclass(frozen=True)
class Page:
    """The requested page, from `page` (1 or more) and `perPage` (1 or more; a number above 100 means 100)."""

    number: int
    size: int

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> "Page":
        number = read_count(params, "page", 1)
        size = read_count(params, "perPage", DEFAULT_PER_PAGE)
        return cls(min(number, MAX_PAGE), min(size, MAX_PER_PAGE))

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size

    def answer(self, rows: list[Any], total: int) -> Response:
        meta = {
            "page": self.number,
            "perPage": self.size,
            "total": total,
            "totalPages": -(-total // self.size),
        }
        return Response({"success": True, "data": rows, "meta": meta})


def read_count(params: Mapping[str, Any], name: str, default: int) -> int:
    value = params.get(name)
    if value is None or value == "":
        return default
    number = as_integer(value)
    if number is None or number < 1:
        raise invalid(name, f"{name} must be an integer from 1")
    return number


def read_order(sort: Any, order: Any, columns: Mapping[str, str], *, where: str = "") -> Order:
    """The order by `sort` and `order`; the newest first without `sort`. Raises the 400 for unknown values."""
    if order not in (None, "", "asc", "desc"):
        raise invalid(f"{where}order", "order must be asc or desc")
    if sort in (None, ""):
        return Order("id", order != "asc")
    if not isinstance(sort, str) or sort not in columns:
        raise invalid(f"{where}sort" if not where else f"{where}field", f"sort must be one of: {', '.join(columns)}")
    return Order(columns[sort], order == "desc")
