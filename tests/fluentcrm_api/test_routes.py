"""Every URL answers: none is a dead end, none fails on an ordinary request, none lets strangers in.

REQUESTS is written by hand and compared with the URLs that there are, so that a new route fails here
until it has its requests, whatever the order of the tests and however many processes run them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from companies.models import Company
from tests.client import FLUENTCRM, Api
from tests.emails.factories import MessageFactory, TemplateFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory
from tests.jobs.factories import JobFactory
from tests.notes.factories import NoteFactory
from webhooks.models import Webhook
from webhooks.services import bounce_code
from wp_rest.views import NoRouteView

VERBS = ("get", "post", "put", "patch", "delete")
PUBLIC = ("/wp-json/", "/wp-json/fluent-crm/v2", "/wp-json/wp/v2", "/openapi.json", "/docs")
# Mail providers post here without credentials: the secret is in the address.
BOUNCES = ("/public/bounce_handler/mailgun/{code}", "/public/bounce_handler/mailgun/handle/{code}")
NO_CREDENTIALS = (*PUBLIC, *BOUNCES)


class Line(NamedTuple):
    """An ordinary request. Words in braces stand for the ids of rows that there are."""

    method: str
    path: str
    body: Any = None
    query: str = ""

    def spelt(self, **words: str) -> "Line":
        return Line(*(spell(part, words) for part in self))


def spell(part: Any, words: dict[str, str]) -> Any:
    """A path, a query or a body with the words in braces replaced."""
    if isinstance(part, dict):
        return {name: spell(value, words) for name, value in part.items()}
    if isinstance(part, list):
        return [spell(value, words) for value in part]
    for word, value in words.items():
        part = part.replace(f"{{{word}}}", value) if isinstance(part, str) else part
    return part


NEW = {"email": "new@example.com", "status": "subscribed"}
NOTE = {"note": {"title": "Called", "type": "call", "description": "At noon"}}
CHOSEN = {"subscribers": ["{contact}"]}
ADD_TAG = {"action_name": "add_to_tags", "action_options": ["{tag}"], "subscriber_ids": ["{contact}"]}
BOTH = {"subscriber_ids": ["{contact}"], "company_ids": ["{company}"]}
OF_SEGMENTS = [
    Line("GET", "/{segments}"),
    Line("POST", "/{segments}", {"title": "New"}),
    Line("GET", "/{segments}/{segment}"),
    Line("PUT", "/{segments}/{segment}", {"title": "New"}),
    Line("DELETE", "/{segments}/{segment}"),
    Line("POST", "/{segments}/bulk", {"items": [{"title": "New"}]}),
    Line("POST", "/{segments}/do-bulk-action", {"ids": ["{segment}"]}),
]
OF_CONTACTS = [
    Line("GET", "/{contacts}"),
    Line("POST", "/{contacts}", NEW),
    Line("DELETE", "/{contacts}", CHOSEN),
    Line("GET", "/{contacts}/{contact}"),
    Line("PUT", "/{contacts}/{contact}", {"subscriber": {"first_name": "Ada"}}),
    Line("DELETE", "/{contacts}/{contact}"),
    Line("PUT", "/{contacts}/subscribers-property", {**CHOSEN, "property": "status", "value": "pending"}),
    Line("POST", "/{contacts}/sync-segments", {**CHOSEN, "type": "tags", "attach": ["{tag}"]}),
    Line("POST", "/{contacts}/bulk-add-update", {"contacts": [NEW]}),
    Line("GET", "/{contacts}/search-contacts", query="?search=a"),
    Line("GET", "/{contacts}/prev-next-ids", query="?filter_type=simple&current_id={contact}"),
    Line("POST", "/{contacts}/{contact}/tags", {"tags": ["{tag}"]}),
    Line("POST", "/{contacts}/{contact}/tags/detach", {"tags": ["{tag}"]}),
    Line("POST", "/{contacts}/{contact}/lists", {"lists": ["{list}"]}),
    Line("POST", "/{contacts}/{contact}/lists/detach", {"lists": ["{list}"]}),
    Line("GET", "/{contacts}/{contact}/notes"),
    Line("POST", "/{contacts}/{contact}/notes", NOTE),
    Line("PUT", "/{contacts}/{contact}/notes/{note}", NOTE),
    Line("DELETE", "/{contacts}/{contact}/notes/{note}"),
    *(Line(verb, "/{contacts}/do-bulk-action", ADD_TAG) for verb in ("POST", "PUT")),
    Line(
        "POST", "/{contacts}/track-event", {"subscriber_id": "{contact}", "event_key": "signup", "title": "Signed up"}
    ),
    Line("GET", "/{contacts}/{contact}/tracking-events"),
    Line("GET", "/{contacts}/{contact}/history"),
    Line("GET", "/{contacts}/{contact}/purchase-history"),
    Line("GET", "/{contacts}/{contact}/form-submissions"),
    Line("GET", "/{contacts}/{contact}/support-tickets"),
    Line("GET", "/{contacts}/{contact}/external_view"),
    Line("GET", "/{contacts}/{contact}/info-widgets"),
    Line("GET", "/{contacts}/{contact}/emails"),
    Line("DELETE", "/{contacts}/{contact}/emails", {"email_ids": ["{message}"]}),
    Line("GET", "/{contacts}/{contact}/emails/template-mock"),
    Line("POST", "/{contacts}/{contact}/emails/send", {"campaign": {"email_subject": "Hello", "email_body": "Hi"}}),
    Line("GET", "/{contacts}/{contact}/url-metrics"),
    Line("POST", "/{contacts}/{contact}/send-double-optin"),
]
OF_COMPANIES = [
    Line("GET", "/companies"),
    Line("POST", "/companies", {"name": "New"}),
    Line("GET", "/companies/{company}"),
    Line("PUT", "/companies/{company}", {"name": "New"}),
    Line("DELETE", "/companies/{company}"),
    Line("GET", "/companies/search", query="?search=a"),
    Line("GET", "/companies/search-unattached-contacts", query="?search=a&company_id={company}"),
    Line("POST", "/companies/attach-subscribers", BOTH),
    Line("POST", "/companies/detach-subscribers", BOTH),
    Line("PUT", "/companies/companies-property", {"property": "type", "value": "Partner", "companies": ["{company}"]}),
    Line("POST", "/companies/do-bulk-action", {"action_name": "delete_companies", "company_ids": ["{company}"]}),
    Line("GET", "/companies/{company}/notes"),
    Line("POST", "/companies/{company}/notes", NOTE),
    Line("PUT", "/companies/{company}/notes/{company_note}", NOTE),
    Line("DELETE", "/companies/{company}/notes/{company_note}"),
]
OF_MAILS = [
    Line("GET", "/templates"),
    Line("POST", "/templates", {"template": {"post_title": "New"}}),
    Line("GET", "/templates/{template}"),
    Line("PUT", "/templates/{template}", {"template": {"post_title": "New"}}),
    Line("DELETE", "/templates/{template}"),
    *(Line("GET", f"/templates/{word}") for word in ("all", "smartcodes", "built-in-templates")),
    Line("POST", "/templates/duplicate/{template}"),
    Line("POST", "/templates/set-global-style", {"config": {"link_color": "#3869d4"}}),
    Line("POST", "/templates/do-bulk-action", {"action_name": "delete_templates", "template_ids": ["{template}"]}),
    Line("GET", "/campaigns/emails/{message}/preview"),
    Line("GET", "/reports/emails"),
    Line("DELETE", "/reports/emails", {"email_ids": ["{message}"]}),
    *(Line("GET", f"/reports/email-{word}") for word in ("sents", "opens", "clicks")),
]
REQUESTS = [
    *(Line("GET", path) for path in PUBLIC),
    Line("GET", "/wp-json/wp/v2/users/me"),
    *(line.spelt(segments="tags", segment="{tag}") for line in OF_SEGMENTS),
    *(line.spelt(segments="lists", segment="{list}") for line in OF_SEGMENTS),
    *(
        line
        for path in ("/custom-fields", "/custom-fields/contacts", "/companies/custom-fields")
        for line in (Line("GET", path), Line("PUT", path, {"fields": []}))
    ),
    *(
        Line("PUT", f"/{path}/update_group_name", {"old_name": "Default", "new_name": "Other"})
        for path in ("custom-fields/contacts", "companies/custom-fields")
    ),
    *(line.spelt(contacts="subscribers") for line in OF_CONTACTS),
    *(line.spelt(contacts="contacts") for line in OF_CONTACTS),
    *OF_COMPANIES,
    Line("GET", "/webhooks"),
    Line("POST", "/webhooks", {"name": "Form"}),
    Line("PUT", "/webhooks/{hook}", {"name": "Form"}),
    Line("DELETE", "/webhooks/{hook}"),
    *(Line("POST", path, {"event-data": {"event": "delivered"}}) for path in BOUNCES),
    Line("GET", "/setting/bounce_configs"),
    Line("GET", "/reports/ping"),
    Line("GET", "/reports/options", query="?fields=tags,lists"),
    Line("GET", "/reports/dashboard-stats"),
    Line("GET", "/jobs"),
    Line("GET", "/jobs/{job}"),
    Line("POST", "/jobs/{job}/cancel"),
    *OF_MAILS,
    Line("GET", "/setting", query="?settings_keys[]=email_settings"),
    Line("PUT", "/setting", {"settings": {"business_settings": {"business_name": "Shop"}}}),
    Line("GET", "/setting/double-optin", query="?list_id={list}"),
    Line("PUT", "/setting/double-optin", {"settings": {"email_subject": "Please confirm"}}),
    Line("GET", "/setting/experiments"),
    Line("POST", "/setting/experiments", {"company_module": "yes"}),
]


@pytest.fixture
def words(db: None) -> dict[str, str]:
    """A row of each kind, by its word in REQUESTS."""
    CustomFieldFactory.create(group="Default")
    CustomFieldFactory.create(group="Default", scope="company")
    tag, one = TagFactory.create(), ContactListFactory.create()
    contact = SubscriberFactory.create(tags=[tag], lists=[one])
    company = Company.objects.create(name="Acme")
    rows = {
        "tag": tag,
        "list": one,
        "contact": contact,
        "note": NoteFactory.create(subscriber=contact),
        "company": company,
        "company_note": NoteFactory.create(subscriber=None, company=company),
        "hook": Webhook.objects.create(name="Shop"),
        "job": JobFactory.create(),
        "template": TemplateFactory.create(),
        "message": MessageFactory.create(subscriber=contact),
    }
    return {word: str(row.pk) for word, row in rows.items()} | {"code": bounce_code()}


def routes() -> set[tuple[str, str]]:
    """(method, pattern) of everything below /wp-json/."""
    return {
        (verb.upper(), pattern)
        for pattern, callback in callbacks(get_resolver().url_patterns)
        if pattern.startswith("wp-json/") and callback.cls is not NoRouteView
        for verb in verbs(callback)
    }


def verbs(callback: Any) -> list[str]:
    """What a view defines, or what the router has for a viewset."""
    actions = getattr(callback, "actions", None)
    return [verb for verb in VERBS if (verb in actions if actions else hasattr(callback.cls, verb))]


def callbacks(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from callbacks(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def test_every_route_has_a_request_here() -> None:
    kinds = "tag list contact note company company_note job template message hook code".split()
    some = dict.fromkeys(kinds, "1")
    requested = set()
    for line in REQUESTS:
        path = line.path if line.path.startswith("/wp-json") else FLUENTCRM + line.path
        requested.add((line.method, resolve(spell(path, some)).route))
    assert requested == routes()


def test_there_are_routes_to_compare_with() -> None:
    assert ("PUT", "wp-json/fluent-crm/v2/subscribers/<id:pk>") in routes()


@pytest.mark.parametrize("line", REQUESTS, ids=lambda line: f"{line.method} {line.path}")
def test_it_answers_an_ordinary_request(api: Api, words: dict[str, str], line: Line) -> None:
    request = line.spelt(**words)
    answer = api.send(request.method, request.path + request.query, request.body)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == ("text/html; charset=utf-8" if line.path == "/docs" else "application/json")


def count_rows() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


@pytest.mark.parametrize("line", REQUESTS, ids=lambda line: f"{line.method} {line.path}")
def test_it_lets_no_stranger_in(anonymous: Api, words: dict[str, str], line: Line) -> None:
    request = line.spelt(**words)
    before = count_rows()
    answer = anonymous.send(request.method, request.path + request.query, request.body)
    assert answer.status_code == (200 if line.path in NO_CREDENTIALS else 401)
    assert count_rows() == before


def test_it_lets_no_user_without_rights_in(words: dict[str, str], django_user_model: Any) -> None:
    nobody = Api(django_user_model.objects.create(username="nobody"))
    for line in REQUESTS:
        if line.path in NO_CREDENTIALS or line.path.endswith("/users/me"):
            continue
        request = line.spelt(**words)
        answer = nobody.send(request.method, request.path + request.query, request.body)
        assert answer.status_code == 403, line
