"""Views that need no credentials: incoming hooks, and the bounce handlers for mail services.

The secret is in the address. It is checked before the body is read.
"""

import re
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rest.addresses import client_network
from rest.bodies import admit_body
from rest.exceptions import InvalidJSON
from rest.query import read_query
from rest.rate_limit import fail, spend
from rest.transactions import retry_lost_races
from webhooks import sns
from webhooks.addresses import Unreachable
from webhooks.incoming import MANY, read_contacts, validation_failed
from webhooks.models import Webhook
from webhooks.providers import READERS, Report, read_reports
from webhooks.services import find_webhook, is_bounce_code, take_contacts, take_reports
from wp_rest.exceptions import NoRoute
from wp_rest.parameters import is_true, nest

# The form of a hash. Other texts are not looked up.
HASH = re.compile(r"[0-9A-Za-z-]{1,36}")
NO_EMAIL = {"email": {"required": "The email field is required."}}
# The largest number of contacts in one list.
MAX_CONTACTS = 1000
ADDRESS_PARAMETERS = frozenset({"fluentcrm", "route", "hash", MANY})


class PublicView(APIView):
    """The base of views without credentials."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    http_method_names = ["post", "options"]

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {"Cache-Control": "no-store, private"}

    @property
    def query(self) -> dict[str, Any]:
        return nest(read_query(self.request.META))

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise NoRoute

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response({"methods": ["POST"]})

    def read_body(self) -> Any:
        """The body, from JSON or a form. Raises UnreadableRequest, and UnsupportedMediaType for other types."""
        admit_body(self.request._request, settings.HOOK_BODY_BYTES)
        return self.request.data

    def count_failure(self) -> None:
        """Count a wrong secret. Raises Throttled (429) for more than FAILED_LOGINS_A_MINUTE from one address."""
        limit: int = settings.FAILED_LOGINS_A_MINUTE
        if limit and (wait := fail(f"hooks from {client_network(self.request)}", limit)):
            raise Throttled(wait)


# --- Hooks --------------------------------------------------------------------------------------


def refusal(message: str, kind: str) -> Response:
    """An error of the address. As recorded in webhooks-incoming.json, the status is 200."""
    return Response({"success": False, "data": {"message": message, "type": kind}})


class ContactHook(PublicView):
    """`POST /?fluentcrm=1&route=contact&hash=...`: create or update the posted contact."""

    http_method_names = ["get", "post", "options"]

    def get(self, request: Request) -> Response:
        return refusal("Webhook must need to be as POST Method", "invalid_request_method")

    def post(self, request: Request) -> Response:
        query = self.query
        sent = query.get("hash")
        if not isinstance(sent, str) or not sent:
            return refusal("Invalid Webhook URL", "invalid_webhook_url")
        hook = find_webhook(sent) if HASH.fullmatch(sent) else None
        if hook is None:
            self.count_failure()
            return refusal("Invalid Webhook Hash", "invalid_webhook_hash")
        self.check_limit(hook)
        try:
            body = self.read_body()
        except InvalidJSON as error:
            return Response(validation_failed(NO_EMAIL, error.message))
        beside = {name: value for name, value in query.items() if name not in ADDRESS_PARAMETERS}
        take = self.take_many if is_true(query.get(MANY)) else self.take_one
        return Response(take(hook, body, beside))

    def check_limit(self, hook: Webhook) -> None:
        """Count a request of the hook. Raises Throttled (429) for more than HOOK_RATE_LIMIT a minute."""
        limit: int = settings.HOOK_RATE_LIMIT
        if limit and not (spent := spend(f"hook {hook.pk}", limit)).allowed:
            raise Throttled(spent.wait)

    @retry_lost_races
    def take_one(self, hook: Webhook, body: Any, beside: Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(body, list):
            # As recorded, a list is refused. The address for lists accepts it.
            return validation_failed(NO_EMAIL, f"To send a list of contacts, add &{MANY}=1 to the address.")
        [read], ignored = read_contacts([{**beside, **body} if isinstance(body, dict) else beside])
        if read.draft is None:
            return validation_failed(read.errors)
        [written] = take_contacts(hook, [read.draft]).values()
        done = "created" if written.created else "updated"
        return succeeded(ignored, message=done, id=written.id)

    @retry_lost_races
    def take_many(self, hook: Webhook, body: Any, beside: Mapping[str, Any]) -> dict[str, Any]:
        """Wrong contacts are named by their index; the others are saved."""
        if not isinstance(body, list) or not 0 < len(body) <= MAX_CONTACTS:
            return validation_failed({"body": {"list": f"Send a list of 1 to {MAX_CONTACTS} contacts."}})
        read, ignored = read_contacts([{**beside, **row} if isinstance(row, dict) else row for row in body])
        invalids = [{"row": index, "errors": one.errors} for index, one in enumerate(read) if one.draft is None]
        written = take_contacts(hook, [one.draft for one in read if one.draft is not None])
        if not written:
            failed = validation_failed({"body": {"list": "None of the contacts is valid."}})
            return {**failed, "data": failed["data"] | {"invalids": invalids}}
        created = [one.id for one in written.values() if one.created]
        updated = [one.id for one in written.values() if not one.created]
        message = f"{len(created)} created, {len(updated)} updated"
        return succeeded(ignored, message=message, created=created, updated=updated, invalids=invalids)


def succeeded(ignored: Mapping[str, Any], **answer: Any) -> dict[str, Any]:
    return {"success": True, "data": {**answer, "type": "success", **({"ignored": ignored} if ignored else {})}}


# --- Bounces ------------------------------------------------------------------------------------


class BounceHandler(PublicView):
    """`POST /public/bounce_handler/{service}/{code}`, and for Amazon `/?fluentcrm=1&route=bounce_handler&...`."""

    def post(self, request: Request, service: str = "", code: str = "") -> Response:
        query = self.query
        service = service or str(query.get("provider", ""))
        if service not in READERS:
            raise NoRoute
        if not is_bounce_code(code or str(query.get("verify_key", ""))):
            self.count_failure()
            return Response({"status": False, "message": "Invalid Data or Security Code"}, status=401)
        body = self.read_body()
        if service == "ses" and (answer := self.answer_amazon(body)) is not None:
            return answer
        reports = read_reports(service, body)
        self.take(service, reports)
        if service == "ses":
            return Response({"status": 200, "message": "success"})
        recorded = {"success": 1, "message": "recorded", "service": service, "result": bool(reports)}
        return Response({**recorded, "time": int(time.time())})

    @retry_lost_races
    def take(self, service: str, reports: list[Report]) -> None:
        if reports:
            take_reports(service, reports)

    def answer_amazon(self, body: Any) -> Response | None:
        """The answer to a subscription or a forged message; None for a notification."""
        try:
            if not sns.is_genuine(body):
                return Response({"status": 403, "message": "The signature is not Amazon's."}, status=403)
            if not sns.is_subscription(body):
                return None
            sns.confirm(body)
        except sns.NotConfirmed as error:
            return Response({"status": 400, "message": str(error)}, status=400)
        except Unreachable as error:
            # Amazon sends the message again after a 503.
            return Response({"status": 503, "message": str(error)}, status=503, headers={"Retry-After": "60"})
        return Response({"status": 200, "message": "success"})
