"""What every route of this face shares: keys, limits, the envelope, and how parameters are read."""

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
# A page further down than this holds nobody, and its offset would not fit into a statement.
MAX_PAGE = 10**12


class MayWrite(BasePermission):
    """Keeps read-only keys from everything but GET and what a view says only `reads`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key: Any = request.auth
        if key.read_only and request.method not in {"GET", "HEAD", *view.reads}:
            raise Forbidden("This API key is read-only")
        return True


class FluenzrView(APIView):
    """A route. `rights` maps its verbs to the Django permissions that they take (rest.permissions)."""

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
        # Contacts are personal data: no cache between us and the client may keep them.
        return {"Cache-Control": "no-store, private"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the request first, whoever asks and for whatever: each answer tells the limit."""
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
        if key:  # a stranger's body is never read
            self.admit_body(request)
        if verb in WRITING_VERBS:
            setattr(self, verb, retry_lost_races(getattr(self, verb)))

    def key_of_rights(self, verb: str) -> str:
        """What `rights` calls a verb: as it is."""
        return verb

    def admit_body(self, request: Request) -> None:
        try:
            admit_body(request._request)
        except CompressedBody:
            self.headers["Accept-Encoding"] = "identity"  # RFC 9110, 12.5.3
            raise

    def read_key(self, request: Request) -> Key | None:
        """The key of the request, None without one. Raises AuthenticationFailed and Throttled."""
        key: Any = request.auth
        return key

    def count(self, request: Request, key: Key | None) -> None:
        """Spend one request of the key's; who has none is counted by address."""
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
        """The body. Raises the 400 for one that is no object."""
        body = self.request.data
        if not isinstance(body, dict):
            raise ApiError("The body must be an object")
        return body

    @cached_property
    def query(self) -> dict[str, str]:
        """The last value of each parameter. Raises InvalidQuery (400)."""
        # PostgreSQL stores no NUL, so nothing that is sought has one.
        return {name: value.replace("\x00", "") for name, value in read_query(self.request.META)}

    def may(self, right: str) -> bool:
        """Whether the key's user has a Django permission."""
        user: Any = self.request.user
        return bool(user.has_perm(right))

    def answer(self, shown: Any, *, status: int = 200) -> Response:
        return Response({"success": True, "data": shown}, status=status)


class NoRouteView(FluenzrView):
    """Whatever no other route matches: 404, whoever asks."""

    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.http_method_not_allowed(request)


@dataclass(frozen=True)
class Page:
    """Which page is asked for, from `page` (1 and up) and `perPage` (1 and up; more than 100 is 100)."""

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
    """Upward by the field that is named, or newest first. Raises the 400 for other words."""
    if order not in (None, "", "asc", "desc"):
        raise invalid(f"{where}order", "order must be asc or desc")
    if sort in (None, ""):
        return Order("id", order != "asc")
    if not isinstance(sort, str) or sort not in columns:
        raise invalid(f"{where}sort" if not where else f"{where}field", f"sort must be one of: {', '.join(columns)}")
    return Order(columns[sort], order == "desc")
