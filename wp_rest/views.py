"""The base of every view of the FluentCRM face: permissions, the verb, the parameters and the form of the answer."""

import re
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rest.bodies import admit_body
from rest.exceptions import CompressedBody, UnreadableRequest
from rest.idempotency import answer_once
from rest.permissions import Rights
from rest.query import read_query
from rest.transactions import retry_lost_races
from wp_rest.etags import tag_answer
from wp_rest.exceptions import NO_ROUTE, SERVER_ERROR, NoRoute, RestError, error_body
from wp_rest.middleware import ROOT
from wp_rest.parameters import CONTROL_PARAMETERS, is_true, nest

VERBS = ("get", "post", "put", "patch", "delete")
WRITING_VERBS = {"post", "put", "patch", "delete"}
CALLBACK_NAME = re.compile(r"[\w.]+", re.ASCII)


class RestView(APIView):
    """A view of one route. Its methods are its verbs, in the order in which the class defines them.

    `rights` maps a verb ("GET") to the permission that it needs (rest.permissions). For resources see
    wp_rest.viewsets.
    """

    rights: ClassVar[Rights] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = [name for base in reversed(cls.__mro__) for name in vars(base) if name in VERBS]
        cls.http_method_names = [*dict.fromkeys(own), "head", "options"]

    def key_of_rights(self, verb: str) -> str:
        """The key in `rights` for a verb ("GET")."""
        return verb

    @property
    def allowed_methods(self) -> list[str]:
        return [name.upper() for name in self.http_method_names if name in VERBS]

    @property
    def default_response_headers(self) -> dict[str, str]:
        # Contacts are personal data: no cache between the server and the client may keep them.
        return {"Allow": ", ".join(self.allowed_methods), "Cache-Control": "no-store, private"}

    @cached_property
    def query(self) -> dict[str, Any]:
        return nest(read_query(self.request.META))

    @cached_property
    def params(self) -> dict[str, Any]:
        """The parameters of query and body together; those of the body win. A body that is not an object has none."""
        body = self.request.data
        merged = {**self.query, **body} if isinstance(body, dict) else self.query
        return {name: value for name, value in merged.items() if name not in CONTROL_PARAMETERS}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out who is asking, then the verb (it decides the route and the permission), then check the permission.

        No body is read without valid credentials. Every request is counted, also one that is refused.
        """
        refused = self.refusal_of_credentials(request)
        self.check_throttles(request)
        user: Any = None if refused else request.user
        if user is not None:
            self.admit_body(request)
        if request.method == "POST":
            verb = self.overriding_verb(request)
            if not verb and self.authentication_classes:
                # Only the body can name another verb.
                if user is None:
                    raise refused or NotAuthenticated
                verb = self.verb_in_body(request)
            if verb:
                request._request.method = verb  # DRF reads the method from there
        verb = "get" if request.method == "HEAD" else (request.method or "").lower()
        if verb not in self.http_method_names:
            raise NoRoute
        # Refused before anything is written, and not when the answer is to be wrapped.
        if "_jsonp" in self.query and not is_callback(self.query["_jsonp"]):
            raise RestError("Invalid JSONP callback function.", code="rest_callback_invalid")
        if refused:
            raise refused
        self.settle_verb(verb)
        self.check_permissions(request)

    def settle_verb(self, verb: str) -> None:
        """Called once for each request, with the verb ("get") that the client means, before rights are checked.

        The handler is wrapped here and not in the class: if one method calls another, both would try again.
        """
        if verb in WRITING_VERBS:
            handler = answer_once(getattr(self, verb), verb, self.request)
            setattr(self, verb, retry_lost_races(handler))

    def refusal_of_credentials(self, request: Request) -> APIException | None:
        try:
            self.perform_authentication(request)
        except APIException as error:
            return error
        return None

    def admit_body(self, request: Request) -> None:
        try:
            admit_body(request._request)
        except CompressedBody:
            self.headers["Accept-Encoding"] = "identity"  # RFC 9110, 12.5.3
            raise

    def overriding_verb(self, request: Request) -> str:
        return as_verb(request.headers.get("X-HTTP-Method-Override") or self.query.get("_method"))

    def verb_in_body(self, request: Request) -> str:
        return as_verb(request.data.get("_method")) if isinstance(request.data, dict) else ""

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise NoRoute

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """WordPress's description of a route."""
        namespace = "/".join(request.path_info.removeprefix(ROOT).split("/")[:2])
        return Response(
            {
                "namespace": namespace,
                "methods": self.allowed_methods,
                "endpoints": [{"methods": [method], "args": []} for method in self.allowed_methods],
                "_links": {"self": [{"href": settings.SITE_URL + request.path_info}]},
            }
        )

    def get_permissions(self) -> Any:
        # Anyone may see the description of a route, as in WordPress, but not its answers.
        if self.request.method == "OPTIONS":
            return []
        return super().get_permissions()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        try:
            query = self.query
        except UnreadableRequest:
            query = {}
        if is_true(query.get("_envelope")):
            response.data = {
                "body": response.data,
                "status": response.status_code,
                "headers": {"Allow": ", ".join(self.allowed_methods)},
            }
            response.status_code = 200
        if is_callback(query.get("_jsonp")) and isinstance(response, Response):
            self.wrap_in_callback(response, query["_jsonp"])
        tag_answer(request, response)
        return response

    def wrap_in_callback(self, response: Response, callback: str) -> None:
        def wrap(rendered: HttpResponse) -> None:
            rendered.content = b"/**/" + callback.encode() + b"(" + rendered.content + b")"
            rendered["Content-Type"] = "application/javascript; charset=UTF-8"

        response.add_post_render_callback(wrap)


def as_verb(value: Any) -> str:
    return value.strip().upper() if isinstance(value, str) else ""


def is_callback(name: Any) -> bool:
    """True for what WordPress accepts as the name of a JSONP callback."""
    return isinstance(name, str) and CALLBACK_NAME.fullmatch(name) is not None


class PublicView(RestView):
    """A route that anyone may read."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class NoRouteView(PublicView):
    """A JSON 404 for all addresses that no other route matches, without credentials too."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.check_throttles(request)
        raise NoRoute

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise NoRoute


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404 for addresses outside /wp-json, which has its own JSON 404."""
    return JsonResponse(error_body("rest_no_route", NO_ROUTE, 404), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: errors outside a route (a middleware, a lost database) are JSON too."""
    return JsonResponse(error_body("internal_server_error", SERVER_ERROR, 500), status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a wrong Host header, or too many parameters, outside a route."""
    return JsonResponse(error_body("rest_bad_request", "The request could not be read.", 400), status=400)
