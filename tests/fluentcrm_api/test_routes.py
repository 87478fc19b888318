"""Every URL answers: none is a dead end, none fails on an ordinary request, none lets strangers in. One file, as it holds one table of requests.

REQUESTS is written by hand and compared with the URLs that there are, so that a new route fails here
until it has its requests, whatever the order of the tests and however many processes run them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from companies.models import Company
from tests.automations.factories import BlockFactory, EnrolmentFactory
from tests.campaigns.factories import campaign_rows
from tests.client import FLUENTCRM, Api
from tests.dynamic_segments.factories import DynamicSegmentFactory
from tests.emails.factories import MessageFactory, TemplateFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.jobs.factories import JobFactory
from tests.labels.factories import LabelFactory
from tests.notes.factories import NoteFactory
from tests.sequences.factories import SequenceMailFactory, SequenceTrackerFactory
from tests.smart_links.factories import SmartLinkFactory
from webhooks.models import Webhook
from webhooks.outgoing import Answer
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


USERS = "/wp-json/wp/v2/users"
NEW = {"email": "new@example.com", "status": "subscribed"}
NOTE = {"note": {"title": "Called", "type": "call", "description": "At noon"}}
CHOSEN = {"subscribers": ["{contact}"]}
ADD_TAG = {"action_name": "add_to_tags", "action_options": ["{tag}"], "subscriber_ids": ["{contact}"]}
BOTH = {"subscriber_ids": ["{contact}"], "company_ids": ["{company}"]}
IN_LEEDS = {"conditions": [{"field": "city", "operator": "=", "value": "Leeds"}]}
SMART_LINK = {"title": "Prices", "target_url": "https://shop.example.com/prices"}
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
    Line("GET", "/{contacts}/changes"),
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
TAG_BLOCK = [{"action_name": "add_contact_to_tag", "settings": {"tags": ["{tag}"]}}]
MAIL_OF_BLOCK = {"campaign": {"email_subject": "Hello", "email_body": "Hi"}}
OF_AUTOMATIONS = [
    Line("GET", "/funnels", query="?with[]=triggers"),
    Line("POST", "/funnels", {"funnel": {"title": "New", "trigger_name": "user_register"}}),
    Line("GET", "/funnels/{funnel}"),
    Line("PUT", "/funnels/{funnel}", {"status": "draft"}),
    Line("DELETE", "/funnels/{funnel}"),
    Line("GET", "/funnels/triggers"),
    Line("GET", "/funnels/templates"),
    Line(
        "POST",
        "/funnels/create-from-template",
        {"template": {"content": '{"funnel": {"title": "New", "trigger_name": "user_register"}}'}},
    ),
    Line("POST", "/funnels/import", {"funnel": {"title": "New", "trigger_name": "user_register"}}),
    Line("POST", "/funnels/do-bulk-action", {"action_name": "delete_funnels", "funnel_ids": ["{funnel}"]}),
    Line("PUT", "/funnels/funnel/{funnel}/title", {"title": "New"}),
    Line("PUT", "/funnels/{funnel}/change-trigger", {"title": "New", "trigger_name": "user_register"}),
    Line("POST", "/funnels/{funnel}/clone"),
    Line("PUT", "/funnels/{funnel}/update-labels", {"action": "attach", "label_ids": ["{label}"]}),
    Line("POST", "/funnels/{funnel}/sequences", {"sequences": TAG_BLOCK}),
    Line("POST", "/funnels/funnel/save-funnel-sequences", {"funnel_id": "{funnel}", "sequences": TAG_BLOCK}),
    Line("POST", "/funnels/{funnel}/sequences/save-email-action", {"action_data": MAIL_OF_BLOCK}),
    Line("POST", "/funnels/funnel/save-email-action-fallback", {"funnel_id": "{funnel}", "action_data": MAIL_OF_BLOCK}),
    Line("GET", "/funnels/{funnel}/subscribers"),
    Line("DELETE", "/funnels/{funnel}/subscribers", {"subscriber_ids": ["{contact}"]}),
    Line("GET", "/funnels/{funnel}/subscribers/{contact}"),
    Line("PUT", "/funnels/{funnel}/subscribers/{contact}/status", {"status": "cancelled"}),
    Line("POST", "/funnels/{funnel}/subscribers/{contact}/advance", {"sequence_id": "{block}"}),
    Line("GET", "/funnels/all-activities"),
    Line("POST", "/funnels/remove-bulk-subscribers", {"funnel_subscriber_ids": ["{enrolment}"]}),
    Line("GET", "/funnels/subscriber/{contact}/automations"),
    Line("GET", "/funnels/{funnel}/report"),
    Line("GET", "/funnels/{funnel}/email_reports"),
    Line("GET", "/funnels/{funnel}/syncable-counts"),
    Line("POST", "/funnels/{funnel}/sync-new-steps"),
    Line("POST", "/funnels/send-test-webhook", {"data": {"remote_url": "{address}"}}),
]
CHOICE = {"subscribers": [{"list": "{list}", "tag": "all"}]}
SCHEDULE = {"scheduling_settings": {"type": "daily", "time": "09:00"}}
MAIL = {"email_subject": "Hello", "email_body": "Hi"}
OF_CAMPAIGNS = [
    Line("GET", "/campaigns"),
    Line("POST", "/campaigns", {"title": "New"}),
    Line("GET", "/campaigns/{campaign}"),
    Line("PUT", "/campaigns/{campaign}", {"title": "New"}),
    Line("DELETE", "/campaigns/{campaign}"),
    Line("POST", "/campaigns/update-single-campaign", {"campaign_id": "{campaign}", "title": "New"}),
    Line("PUT", "/campaigns/{campaign}/title", {"title": "New"}),
    Line("POST", "/campaigns/{campaign}/step", {"next_step": 2}),
    Line("POST", "/campaigns/{campaign}/duplicate"),
    Line("PUT", "/campaigns/{campaign}/update-labels", {"action": "attach", "label_ids": ["{label}"]}),
    Line("POST", "/campaigns/do-bulk-action", {"action_name": "delete_campaigns", "campaign_ids": ["{campaign}"]}),
    Line("POST", "/campaigns/estimated-contacts", CHOICE),
    Line("GET", "/campaigns/{campaign}/estimated-recipients-count"),
    Line("GET", "/campaigns/{campaign}/contacts-by-segment"),
    *(Line("POST", f"/campaigns/{{campaign}}/{word}", CHOICE) for word in ("draft-recipients", "subscribe")),
    Line("POST", "/campaigns/email-preview-html", {"campaign_id": "{campaign}"}),
    Line("POST", "/campaigns/send-test-email", {"campaign_id": "{campaign}", "email": "tester@example.com"}),
    Line("POST", "/campaigns/{campaign}/schedule"),
    Line("POST", "/campaigns/{pending}/un-schedule"),
    Line("POST", "/campaigns/{working}/pause"),
    Line("POST", "/campaigns/{paused}/resume"),
    *(Line("GET", f"/campaigns/{{working}}/{word}") for word in ("status", "processing-stat", "overview_stats")),
    *(Line("GET", f"/campaigns/{{working}}/{word}") for word in ("link-report", "emails", "unsubscribers")),
    Line("DELETE", "/campaigns/{working}/emails", {"email_ids": ["{message}"]}),
    *(Line("GET", f"/campaigns/{{working}}/{word}") for word in ("revenues", "share-url")),
    Line("POST", "/campaigns/{working}/revenues/resync"),
    Line("POST", "/campaigns-pro/{working}/resend-emails", {"email_ids": ["{failed}"]}),
    Line("POST", "/campaigns-pro/{working}/resend-failed-emails"),
    Line("POST", "/campaigns-pro/{paused}/resend-unopened-emails"),
    Line(
        "POST",
        "/campaigns-pro/{working}/tag-actions",
        {"action_type": "add_tags", "tags": ["{tag}"], "activity_type": "email_open", "processing_page": 1},
    ),
    *(Line("GET", f"/campaigns-pro/{word}") for word in ("posts", "posts/taxonomies", "products")),
    Line("GET", "/recurring-campaigns"),
    Line("POST", "/recurring-campaigns", {"campaign": {"title": "New", "settings": SCHEDULE}}),
    Line("GET", "/recurring-campaigns/{recurring}"),
    Line("POST", "/recurring-campaigns/{recurring}/change-status", {"status": "active"}),
    Line("POST", "/recurring-campaigns/{recurring}/duplicate"),
    Line("PUT", "/recurring-campaigns/{recurring}/update-labels", {"action": "attach", "label_ids": ["{label}"]}),
    Line(
        "POST",
        "/recurring-campaigns/{recurring}/update-settings",
        {"campaign": {"title": "New", "settings": SCHEDULE}},
    ),
    Line("POST", "/recurring-campaigns/update-campaign-data", {"campaign_id": "{recurring}", "campaign": MAIL}),
    Line("POST", "/recurring-campaigns/delete-bulk", {"campaign_ids": ["{recurring}"]}),
    Line(
        "POST",
        "/recurring-campaigns/do-bulk-action",
        {"action_name": "delete_campaigns", "campaign_ids": ["{recurring}"]},
    ),
    Line("GET", "/recurring-campaigns/{recurring}/emails"),
    Line("GET", "/recurring-campaigns/{recurring}/emails/{run}"),
    Line("PUT", "/recurring-campaigns/{recurring}/emails/{run}", {"status": "cancelled"}),
    Line("POST", "/recurring-campaigns/{recurring}/emails/update-email", {"step": "edit", "email": {"id": "{run}"}}),
]
OF_LABELS = [
    Line("GET", "/labels"),
    Line("POST", "/labels", {"label": {"title": "New"}}),
    Line("PUT", "/labels/{label}", {"label": {"title": "New"}}),
    Line("DELETE", "/labels/{label}"),
]
WRITTEN = {"email": {"email_subject": "Hello", "email_body": "Hi"}}
OF_SEQUENCES = [
    Line("GET", "/sequences"),
    Line("POST", "/sequences", {"title": "New"}),
    Line("GET", "/sequences/{sequence}"),
    Line("PUT", "/sequences/{sequence}", {"title": "New"}),
    Line("DELETE", "/sequences/{sequence}"),
    Line("POST", "/sequences/{sequence}/duplicate"),
    Line("POST", "/sequences/{sequence}/reapply"),
    Line("POST", "/sequences/do-bulk-action", {"sequence_ids": ["{sequence}"]}),
    Line(
        "POST",
        "/sequences/sequence-email-update-create",
        {"route_method": "create", "sequence_id": "{sequence}", **WRITTEN},
    ),
    Line("POST", "/sequences/{sequence}/email", WRITTEN),
    Line("POST", "/sequences/{sequence}/email/duplicate", {"email_id": "{step}"}),
    Line("GET", "/sequences/{sequence}/email/{step}"),
    Line("PUT", "/sequences/{sequence}/email/{step}", WRITTEN),
    Line("DELETE", "/sequences/{sequence}/email/{step}"),
    Line("GET", "/sequences/{sequence}/subscribers"),
    Line("POST", "/sequences/{sequence}/subscribers", {"subscribers": {"tags": ["{tag}"]}}),
    Line("DELETE", "/sequences/{sequence}/subscribers", {"subscriber_ids": ["{contact}"]}),
    Line("GET", "/sequences/subscriber/{contact}/sequences"),
]
REQUESTS = [
    *(Line("GET", path) for path in PUBLIC),
    Line("GET", "/wp-json/wp/v2/users/me"),
    Line("GET", USERS),
    Line("POST", USERS, {"username": "new", "email": "new@example.com", "password": "x-Long-pass-1"}),
    Line("GET", f"{USERS}/{{user}}"),
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
    Line("GET", "/dynamic-segments"),
    Line("POST", "/dynamic-segments", {"segment": {"title": "New", **IN_LEEDS}}),
    Line("PUT", "/dynamic-segments/{segment}", {"segment": {"title": "New"}}),
    Line("DELETE", "/dynamic-segments/{segment}"),
    Line("GET", "/dynamic-segments/custom-fields"),
    Line("GET", "/dynamic-segments/stats"),
    Line("POST", "/dynamic-segments/duplicate/{segment}"),
    Line("POST", "/dynamic-segments/estimated-contacts", {"filters": IN_LEEDS}),
    Line("GET", "/dynamic-segments/custom_segment/subscribers/{segment}"),
    Line("GET", "/smart-links"),
    Line("POST", "/smart-links", {"link": SMART_LINK}),
    Line("PUT", "/smart-links/{smart_link}", {"link": SMART_LINK}),
    Line("DELETE", "/smart-links/{smart_link}"),
    Line("POST", "/smart-links/activate"),
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
    *OF_LABELS,
    *OF_AUTOMATIONS,
    *OF_SEQUENCES,
    *OF_CAMPAIGNS,
    Line("GET", "/setting", query="?settings_keys[]=email_settings"),
    Line("PUT", "/setting", {"settings": {"business_settings": {"business_name": "Shop"}}}),
    Line("POST", "/setting/run_cron", {"hook": "fluentcrm_scheduled_hourly_tasks"}),
    Line("GET", "/setting/double-optin", query="?list_id={list}"),
    Line("PUT", "/setting/double-optin", {"settings": {"email_subject": "Please confirm"}}),
    Line("GET", "/setting/experiments"),
    Line("POST", "/setting/experiments", {"company_module": "yes"}),
]


@pytest.fixture
def words(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A row of each kind, by its word in REQUESTS."""
    monkeypatch.setattr("automations.api.viewsets.reports.post_now", lambda _: Answer(200, "", "", 1))
    CustomFieldFactory.create(group="Default")
    CustomFieldFactory.create(group="Default", scope="company")
    tag, one = TagFactory.create(), ContactListFactory.create()
    contact = SubscriberFactory.create(tags=[tag], lists=[one])
    company = Company.objects.create(name="Acme")
    step = SequenceMailFactory.create()
    SequenceTrackerFactory.create(sequence=step.sequence, subscriber=contact, status="completed")
    block = BlockFactory.create(settings={"tags": [str(tag.pk)]})
    rows = {
        "block": block,
        "funnel": block.automation,
        "enrolment": EnrolmentFactory.create(automation=block.automation, subscriber=contact, next_block=block),
        "tag": tag,
        "list": one,
        "contact": contact,
        "note": NoteFactory.create(subscriber=contact),
        "company": company,
        "company_note": NoteFactory.create(subscriber=None, company=company),
        "hook": Webhook.objects.create(name="Shop"),
        "segment": DynamicSegmentFactory.create(),
        "smart_link": SmartLinkFactory.create(),
        "job": JobFactory.create(),
        "template": TemplateFactory.create(),
        "label": LabelFactory.create(),
        "user": UserFactory.create(),
        "step": step,
        "sequence": step.sequence,
        "message": MessageFactory.create(subscriber=contact),
        **campaign_rows(contact),
    }
    return {word: str(row.pk) for word, row in rows.items()} | {
        "code": bounce_code(),
        "address": "https://example.com/hook",
    }


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
    kinds = """
        tag list contact note company company_note job template message hook segment smart_link step sequence code
        label user funnel block enrolment address campaign pending working paused failed recurring run
    """.split()
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
    assert answer.status_code == (201 if (line.method, line.path) == ("POST", USERS) else 200), answer.content
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
