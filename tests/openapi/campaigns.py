"""The stories of campaigns for test_answers."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from campaigns.models import Campaign, Recurring
from emails.models import Click, Link, Message
from labels.services import set_labels
from subscribers.models import Subscriber
from tests.campaigns.factories import make_campaign, make_recurring, make_run, send_to
from tests.emails.factories import TemplateFactory
from tests.labels.factories import LabelFactory

AT = "2026-01-31T09:05:00Z"
CHOICE = {"subscribers": [{"list": "all", "tag": "all"}]}
SCHEDULE = {"scheduling_settings": {"type": "weekly", "day": "Mon", "time": "09:00"}}
MAIL = {"email_subject": "Hello", "email_body": "<p>Hi</p>"}
OWN_FOOTER = {"footer_settings": {"custom_footer": "yes", "footer_content": "<p>Bye</p>"}}
OWN_SENDER = {"is_custom": "yes", "from_name": "Shop", "from_email": "shop@example.com"}
RANGE = {"sending_type": "range_schedule", "range_start": AT, "range_end": AT}
TAG_ACTION = {"action_type": "add_tags", "activity_type": "email_clicked", "processing_page": 1}


@dataclass
class CampaignWorld:
    campaign: Campaign  # with everything: a subject to try, a template, figures, somebody who left
    message: Message  # of it, opened and clicked in
    failed: Message  # of it
    recurring: Recurring
    run: Campaign  # of it


def make_campaign_world(admin: User, full: Subscriber, bare: Subscriber) -> CampaignWorld:
    campaign = make_campaign("Spring sale", created_by=admin, queued_at=AT, template=TemplateFactory.create(), **RANGE)
    campaign.mailing.settings |= {"subjects": [{"id": 1, "key": 50, "value": "Hi"}], "mailer_settings": OWN_SENDER}
    campaign.mailing.save()
    campaign.refresh_from_db()
    message = send_to(campaign, full, opened_at=AT, clicked_at=AT, unsubscribed_at=AT, clicks=1)
    link = Link.objects.create(mailing=campaign.mailing, url="https://shop.example.com/offer", digest="b")
    Click.objects.create(message=message, link=link)
    recurring = make_recurring(created_by=admin)
    label = LabelFactory.create()
    set_labels("campaign", campaign.pk, [label.pk], "attach")
    set_labels("recurring", recurring.pk, [label.pk], "attach")
    make_run(recurring, 2, status="archived")
    failed = send_to(campaign, bare, state="failed", sent_at=None)
    return CampaignWorld(campaign, message, failed, recurring, make_run(recurring))


def stories_of_campaigns(request: Any) -> dict[str, list[Any]]:
    """The requests of each operation that are answered with 200, made of test_answers.Request."""

    def sending(make: Any, **more: Any) -> list[Any]:
        return [request(body=make, **more)]

    def body(value: Any, **more: Any) -> list[Any]:
        return sending(lambda _: value, **more)

    def of_mail(world: Any) -> Any:
        return {"step": "edit", "email": {"id": world.campaigns.run.pk, "email_subject": "New"}}

    return {
        "GET /campaigns": [request("?with[]=stats"), request("?searchBy=nothing"), request("?per_page=1&page=2")],
        "POST /campaigns": body({"title": "New"}),
        "GET /campaigns/{id}": [request("?with[]=template&with[]=subjects"), request()],
        "PUT /campaigns/{id}": body({"title": "New", "email_subject": "New", "settings": OWN_FOOTER, "email_body": ""}),
        "DELETE /campaigns/{id}": [request()],
        "POST /campaigns/update-single-campaign": sending(
            lambda world: {"campaign_id": world.campaigns.campaign.pk, "title": "New"}
        ),
        "PUT /campaigns/{id}/title": body({"title": "New"}),
        "POST /campaigns/{id}/step": body({"next_step": 2}),
        "POST /campaigns/{id}/duplicate": [request()],
        "PUT /campaigns/{id}/update-labels": body({"action": "detach", "label_ids": [1]}),
        "POST /campaigns/do-bulk-action": sending(
            lambda world: {"action_name": "delete_campaigns", "campaign_ids": [world.campaigns.campaign.pk]}
        ),
        "POST /campaigns/estimated-contacts": body(CHOICE),
        "GET /campaigns/{id}/estimated-recipients-count": [request()],
        "GET /campaigns/{id}/contacts-by-segment": [request("?per_page=1"), request("?search=nothing")],
        "POST /campaigns/{id}/draft-recipients": body(CHOICE),
        "POST /campaigns/{id}/subscribe": body(CHOICE),
        "POST /campaigns/email-preview-html": body({"campaign": MAIL}),
        "POST /campaigns/send-test-email": body({"campaign": MAIL, "test_campaign": "yes", "email": "t@example.com"}),
        "POST /campaigns/{id}/schedule": body({"scheduled_at": "2030-01-15 09:00:00", "sending_type": "schedule"}),
        "POST /campaigns/{id}/un-schedule": [request(status="pending-scheduled")],
        "POST /campaigns/{id}/pause": [request(status="working")],
        "POST /campaigns/{id}/resume": [request(status="paused")],
        "GET /campaigns/{id}/status": [request(status="working"), request(status="archived")],
        "GET /campaigns/{id}/processing-stat": [request()],
        "GET /campaigns/{id}/overview_stats": [request()],
        "GET /campaigns/{id}/link-report": [request()],
        "GET /campaigns/{id}/emails": [request(), request("?filter_type=failed"), request("?search=nothing")],
        "DELETE /campaigns/{id}/emails": sending(lambda world: {"email_ids": [world.campaigns.message.pk]}),
        "GET /campaigns/{id}/unsubscribers": [request()],
        "GET /campaigns/{id}/revenues": [request()],
        "POST /campaigns/{id}/revenues/resync": [request()],
        "GET /campaigns/{id}/share-url": [request()],
        "POST /campaigns-pro/{id}/resend-emails": sending(lambda world: {"email_ids": [world.campaigns.failed.pk]}),
        "POST /campaigns-pro/{id}/resend-failed-emails": [request()],
        "POST /campaigns-pro/{id}/resend-unopened-emails": sending(not_opened),
        "POST /campaigns-pro/{id}/tag-actions": [
            *sending(lambda world: TAG_ACTION | {"tags": [world.tag.pk]}),
            *sending(lambda world: TAG_ACTION | {"tags": [world.tag.pk], "processing_page": 2}),
        ],
        "GET /campaigns-pro/posts": [request()],
        "GET /campaigns-pro/posts/taxonomies": [request()],
        "GET /campaigns-pro/products": [request()],
        "GET /recurring-campaigns": [request(), request("?search=nothing")],
        "POST /recurring-campaigns": body({"campaign": {"title": "New", "settings": SCHEDULE}}),
        "GET /recurring-campaigns/{id}": [request()],
        "POST /recurring-campaigns/{id}/change-status": body({"status": "active"}),
        "POST /recurring-campaigns/{id}/duplicate": [request()],
        "PUT /recurring-campaigns/{id}/update-labels": body({"action": "detach", "label_ids": [1]}),
        "POST /recurring-campaigns/{id}/update-settings": body({"campaign": {"title": "New", "settings": SCHEDULE}}),
        "POST /recurring-campaigns/update-campaign-data": sending(
            lambda world: {"campaign_id": world.campaigns.recurring.pk, "campaign": MAIL}
        ),
        "POST /recurring-campaigns/delete-bulk": sending(
            lambda world: {"campaign_ids": [world.campaigns.recurring.pk]}
        ),
        "POST /recurring-campaigns/do-bulk-action": sending(
            lambda world: {"action_name": "delete_campaigns", "campaign_ids": [world.campaigns.recurring.pk]}
        ),
        "GET /recurring-campaigns/{id}/emails": [request()],
        "GET /recurring-campaigns/{id}/emails/{email_id}": [request()],
        "PUT /recurring-campaigns/{id}/emails/{email_id}": body({"status": "cancelled"}),
        "POST /recurring-campaigns/{id}/emails/update-email": sending(of_mail),
    }


def not_opened(world: Any) -> None:
    Subscriber.objects.update(status="subscribed")
    Message.objects.update(opened_at=None, state="sent")


def refusals_of_campaigns(request: Any) -> dict[tuple[str, int], list[Any]]:
    """The requests that are refused, by operation and status."""

    def sending(make: Any, **more: Any) -> list[Any]:
        return [request(body=make, **more)]

    def body(value: Any, **more: Any) -> list[Any]:
        return sending(lambda _: value, **more)

    def written(mail: Any) -> list[Any]:
        return sending(lambda world: {"campaign_id": world.campaigns.recurring.pk, "campaign": mail})

    def run(step: str, **columns: Any) -> Any:
        return lambda world: {"step": step, "email": {"id": world.campaigns.run.pk, **columns}}

    missing = 10**12
    recurring = {"title": "New", "settings": SCHEDULE | {"sending_conditions": [{"posts": 1}]}}
    return {
        ("POST /campaigns", 400): body({"title": []}),
        ("POST /campaigns", 422): [*body({}), *body({"title": "Spring sale"})],
        ("PUT /campaigns/{id}", 400): body({"title": "New", "email_body": 1}),
        ("PUT /campaigns/{id}", 422): [
            *body({}),
            *body({"title": "New", "email_body": "x", "settings": OWN_FOOTER}),
            *body({"title": "New", "email_body": "x"}, status="working"),
        ],
        ("POST /campaigns/update-single-campaign", 400): sending(
            lambda world: {"campaign_id": world.campaigns.campaign.pk, "title": []}
        ),
        ("POST /campaigns/update-single-campaign", 404): body({"campaign_id": missing, "title": "x"}),
        ("POST /campaigns/update-single-campaign", 422): body({"title": "x"}),
        ("PUT /campaigns/{id}/title", 400): body({"title": []}),
        ("PUT /campaigns/{id}/title", 422): body({}),
        ("POST /campaigns/{id}/step", 400): body({"next_step": "first"}),
        ("PUT /campaigns/{id}/update-labels", 400): body({"action": "paint"}),
        ("POST /campaigns/do-bulk-action", 400): body({"action_name": "delete_campaigns", "campaign_ids": "1,x"}),
        ("POST /campaigns/do-bulk-action", 422): body({"action_name": "paint"}),
        ("POST /campaigns/estimated-contacts", 400): body({"subscribers": [{"list": "x"}]}),
        ("POST /campaigns/estimated-contacts", 422): body({"sending_filter": "dynamic_segment"}),
        ("POST /campaigns/{id}/draft-recipients", 400): body({"subscribers": 1}),
        ("POST /campaigns/{id}/draft-recipients", 422): body({"subscribers": []}),
        ("POST /campaigns/{id}/subscribe", 400): body({"subscribers": 1}),
        ("POST /campaigns/{id}/subscribe", 422): body({"subscribers": [{"list": missing}]}),
        ("POST /campaigns/email-preview-html", 400): body({"campaign": {"email_body": 1}}),
        ("POST /campaigns/email-preview-html", 404): body({"campaign_id": missing}),
        ("POST /campaigns/send-test-email", 400): body({"email": "nobody"}),
        ("POST /campaigns/send-test-email", 404): body({"campaign_id": missing, "email": "a@b.example"}),
        ("POST /campaigns/send-test-email", 422): body({"email": "a@b.example"}),
        ("POST /campaigns/{id}/schedule", 400): body({"scheduled_at": "soon", "sending_type": "schedule"}),
        ("POST /campaigns/{id}/schedule", 422): body({}, status="working"),
        **{(f"POST /campaigns/{{id}}/{word}", 422): [request()] for word in ("un-schedule", "pause", "resume")},
        ("GET /campaigns/{id}/emails", 400): [request("?filter_type=eaten")],
        ("DELETE /campaigns/{id}/emails", 400): body({"email_ids": "1,x"}),
        ("POST /campaigns-pro/{id}/resend-emails", 400): body({"email_ids": "1,x"}),
        ("POST /campaigns-pro/{id}/resend-emails", 422): body({}),
        ("POST /campaigns-pro/{id}/resend-failed-emails", 422): sending(lambda _: Message.objects.update(state="sent")),
        ("POST /campaigns-pro/{id}/resend-unopened-emails", 422): [request()],
        ("POST /campaigns-pro/{id}/tag-actions", 400): body({"action_type": "paint"}),
        ("POST /campaigns-pro/{id}/tag-actions", 422): body(TAG_ACTION),
        ("POST /recurring-campaigns", 400): body({"campaign": 1}),
        ("POST /recurring-campaigns", 422): [*body({}), *body({"campaign": recurring})],
        ("POST /recurring-campaigns/{id}/change-status", 400): body({"status": "asleep"}),
        ("POST /recurring-campaigns/{id}/change-status", 422): sending(empty_recurring),
        ("PUT /recurring-campaigns/{id}/update-labels", 400): body({"action": "paint"}),
        ("POST /recurring-campaigns/{id}/update-settings", 400): body({"campaign": 1}),
        ("POST /recurring-campaigns/{id}/update-settings", 422): [
            *body({}),
            *body({"campaign": recurring}),
            *body({"campaign": {"title": "New", "settings": SCHEDULE | OWN_FOOTER}}),
        ],
        ("POST /recurring-campaigns/update-campaign-data", 400): written({**MAIL, "email_body": 1}),
        ("POST /recurring-campaigns/update-campaign-data", 404): body({"campaign_id": missing, "campaign": MAIL}),
        ("POST /recurring-campaigns/update-campaign-data", 422): [
            *body({}),
            *written({**MAIL, "settings": OWN_FOOTER}),
        ],
        ("POST /recurring-campaigns/delete-bulk", 400): body({"campaign_ids": "1,x"}),
        ("POST /recurring-campaigns/delete-bulk", 422): body({}),
        ("POST /recurring-campaigns/do-bulk-action", 400): body(
            {"action_name": "delete_campaigns", "campaign_ids": "1,x"}
        ),
        ("POST /recurring-campaigns/do-bulk-action", 422): body({"action_name": "delete_campaigns"}),
        ("PUT /recurring-campaigns/{id}/emails/{email_id}", 400): body({"status": "asleep"}),
        ("PUT /recurring-campaigns/{id}/emails/{email_id}", 422): body({"status": "draft"}, status="working"),
        ("POST /recurring-campaigns/{id}/emails/update-email", 400): body({"step": "paint"}),
        ("POST /recurring-campaigns/{id}/emails/update-email", 422): [
            *sending(run("edit", email_body="x", settings=OWN_FOOTER)),
            *body({"step": "edit", "email": {"email_subject": "x"}}),
            *sending(run("edit", email_subject="x"), status="working"),
        ],
    }


def empty_recurring(world: Any) -> dict[str, str]:
    Recurring.objects.update(body="")
    return {"status": "active"}
