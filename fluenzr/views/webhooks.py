"""/v1/webhooks: addresses that are told of events, and what was sent to them."""

import json
from typing import Any, ClassVar

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from fluenzr.dialect import FluenzrView, Page
from fluenzr.errors import Conflict, NotFound
from fluenzr.ids import LOG, WEBHOOK, decode, encode
from fluenzr.representation import show_attempt, show_delivery, show_webhook
from fluenzr.serializers import read_webhook
from webhooks.models import Delivery, Endpoint
from webhooks.services.endpoints import delete_endpoints, give_secret, save_endpoint, send_again, test_endpoint

VIEW, ADD, CHANGE, DELETE = (f"webhooks.{verb}_endpoint" for verb in ("view", "add", "change", "delete"))
# More are only there if somebody has sent it again and again.
MOST_ATTEMPTS = 50
VIEW_LOGS, SEND = "webhooks.view_delivery", "webhooks.change_delivery"


class WebhookView(FluenzrView):
    """What the routes of webhooks share. A webhook is an Endpoint."""

    def endpoint(self, text: str, endpoints: Any = None) -> Endpoint:
        """The webhook of an id in the path. Raises the 404."""
        number = decode(WEBHOOK, text)
        endpoints = Endpoint.objects.select_related("lane") if endpoints is None else endpoints
        endpoint: Endpoint | None = endpoints.filter(pk=number).first() if number is not None else None
        if endpoint is None:
            raise NotFound("Webhook not found")
        return endpoint


class WebhookListView(WebhookView):
    rights: ClassVar = {"GET": VIEW, "POST": ADD}

    def get(self, request: Request) -> Response:
        page = Page.read(self.query)
        endpoints = Endpoint.objects.select_related("lane").order_by("-pk")
        total = endpoints.count()
        rows = list(endpoints[page.offset :][: page.size]) if page.offset < total else []
        return page.answer([show_webhook(endpoint) for endpoint in rows], total)

    def post(self, request: Request) -> Response:
        """The answer has the secret; no later one has it."""
        columns = read_webhook(self.sent, new=True)
        own = columns.pop("secret", None)
        secret = {"secret": own} if own else {}
        author: Any = request.user
        endpoint = Endpoint(created_by=author, **columns, **secret)
        save_endpoint(endpoint)
        return self.answer({**show_webhook(endpoint), "secret": endpoint.secret}, status=201)


class WebhookDetailView(WebhookView):
    rights: ClassVar = {"GET": VIEW, "PUT": CHANGE, "DELETE": DELETE}

    def get(self, request: Request, webhook: str) -> Response:
        return self.answer(show_webhook(self.endpoint(webhook)))

    @transaction.atomic
    def put(self, request: Request, webhook: str) -> Response:
        columns = read_webhook(self.sent, new=False)
        # Locked: two changes at once are both kept.
        endpoint = self.endpoint(webhook, Endpoint.objects.select_for_update())
        secret = columns.pop("secret", None)
        for name, value in columns.items():
            setattr(endpoint, name, value)
        if secret:
            give_secret(endpoint, secret)
        save_endpoint(endpoint)
        return self.answer(show_webhook(self.endpoint(webhook)))

    def delete(self, request: Request, webhook: str) -> Response:
        endpoint = self.endpoint(webhook)
        if not delete_endpoints([endpoint.pk]):
            raise NotFound("Webhook not found")
        return self.answer({"id": encode(WEBHOOK, endpoint.pk), "deleted": True})


class SecretView(WebhookView):
    """A new secret, which the answer has. For a day requests are signed with the former one as well."""

    rights: ClassVar = {"POST": CHANGE}

    @transaction.atomic
    def post(self, request: Request, webhook: str) -> Response:
        endpoint = self.endpoint(webhook, Endpoint.objects.select_for_update())
        give_secret(endpoint)
        save_endpoint(endpoint)
        return self.answer({**show_webhook(self.endpoint(webhook)), "secret": endpoint.secret})


class TestView(WebhookView):
    """Send a test event now; the answer has what came of it."""

    rights: ClassVar = {"POST": CHANGE}

    def post(self, request: Request, webhook: str) -> Response:
        return self.answer(show_delivery(test_endpoint(self.endpoint(webhook))))


class LogsView(WebhookView):
    """The deliveries of a webhook, the newest first."""

    rights: ClassVar = {"GET": VIEW_LOGS}

    def get(self, request: Request, webhook: str) -> Response:
        page = Page.read(self.query)
        deliveries = Delivery.objects.filter(endpoint=self.endpoint(webhook).pk)
        total = deliveries.count()
        rows = list(deliveries.listed()[page.offset :][: page.size]) if page.offset < total else []
        return page.answer([show_delivery(delivery) for delivery in rows], total)


class OneDeliveryView(WebhookView):
    """What the routes of one delivery share."""

    def delivery(self, webhook: str, log: str) -> Delivery:
        """The delivery of the ids in a path, with its event. Raises the 404."""
        endpoint, number = self.endpoint(webhook), decode(LOG, log)
        deliveries = Delivery.objects.filter(endpoint=endpoint.pk).select_related("event")
        delivery: Delivery | None = deliveries.filter(pk=number).first() if number is not None else None
        if delivery is None:
            raise NotFound("Log not found")
        return delivery


class LogView(OneDeliveryView):
    """One delivery, with the data of its event and its last attempts."""

    rights: ClassVar = {"GET": VIEW_LOGS}

    def get(self, request: Request, webhook: str, log: str) -> Response:
        delivery = self.delivery(webhook, log)
        tried = [show_attempt(attempt) for attempt in delivery.tried.order_by("-pk")[:MOST_ATTEMPTS]]
        return self.answer({**show_delivery(delivery), "data": json.loads(delivery.event.data), "tried": tried})


class ResendView(OneDeliveryView):
    """Send an event once more, with the same id: a worker does so soon."""

    rights: ClassVar = {"POST": SEND}

    def post(self, request: Request, webhook: str, log: str) -> Response:
        delivery = self.delivery(webhook, log)
        if not send_again([delivery.pk]):
            raise Conflict("The event is waiting to be sent already")
        return self.answer(show_delivery(self.delivery(webhook, log)))
