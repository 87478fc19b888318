"""`Idempotency-Key`: a request that comes again is answered as before, and does nothing (docs/decisions/0028)."""

import re
from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import Any

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from rest.exceptions import UnreadableRequest
from rest.renderers import JSONRenderer
from retries.services import Answer, Asked, KeyInUse, KeyReused, find_answer, keep_answer, keeping

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
VERBS = frozenset({"post", "put"})
MAX_LENGTH = 255
KEY = re.compile(rf"[!-~]{{1,{MAX_LENGTH}}}")


class KeyRefused(UnreadableRequest):
    """A request is refused because of its Idempotency-Key."""

    message = f"The Idempotency-Key must have 1 to {MAX_LENGTH} letters, digits or signs of ASCII, without spaces."


class KeyOfAnother(KeyRefused):
    status_code = 422
    message = "This Idempotency-Key was used for another request."


class KeyUnderWay(KeyRefused):
    status_code = 409
    message = "The first request with this Idempotency-Key is still under way."
    wait = 1  # seconds


def answer_once(handler: Callable[..., Any], verb: str, request: Request) -> Callable[..., Any]:
    """The handler, or for a POST or PUT with a key one that runs at most once and keeps its answer.

    Handler and answer are one transaction, so there is never one without the other. Answers of 400 and above are not
    kept: nothing was done. Raises KeyRefused (400) for a key that is none; the handler raises the other two.
    """
    key = request.headers.get(HEADER)
    user: Any = request.user
    if key is None or verb not in VERBS or user is None:
        return handler
    if not KEY.fullmatch(key):
        raise KeyRefused
    asked = Asked(user.pk, key, fingerprint_of(request))

    @wraps(handler)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            with keeping():
                if before := find_answer(asked):
                    headers = {**before.headers, REPLAYED: "true"}
                    return Response(orjson.Fragment(before.body), status=before.status, headers=headers)
                response = handler(*args, **kwargs)
                if isinstance(response, Response) and response.status_code < 400:
                    keep_answer(asked, as_answer(response))
                return response
        except KeyInUse:
            raise KeyUnderWay from None
        except KeyReused:
            raise KeyOfAnother from None

    return run


def fingerprint_of(request: Request) -> str:
    """A hash of what the request asks for. Its body was read by rest.bodies.admit_body."""
    asked = request._request
    parts = (asked.method, asked.path_info, asked.META.get("QUERY_STRING", ""), asked.META.get("CONTENT_TYPE", ""))
    whole = blake2b("\n".join(str(part) for part in parts).encode("utf-8", "surrogatepass") + b"\n", digest_size=32)
    whole.update(asked.body)
    return whole.hexdigest()


def as_answer(response: Response) -> Answer:
    headers = {name: value for name, value in response.items() if name != "Content-Type"}
    return Answer(response.status_code, headers, JSONRenderer().render(response.data))
