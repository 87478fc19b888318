"""What is really answered is what the document says: every operation, every status, every key. One file, as it is one table.

STORIES has the requests of each operation that are answered with 200, REFUSED those that are not. What any
route answers (401, 403, 404, 413, 415, 429, 500, 503, a broken body) needs no story. A documented status that no
request here brings about fails, and so does a documented key that no answer has.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError

from automations.models import Automation, Block, Enrolment
from campaigns.models import Campaign
from changes.models import Change, ChangedContact, DeletedContact, RemovedHistory
from companies.models import Company
from custom_fields.models import CustomField
from dynamic_segments.models import DynamicSegment
from emails.models import Click, Link, Message, Template
from events.models import TrackedEvent
from fluentcrm_api.openapi.document import document
from jobs.models import Job
from labels.models import Label
from labels.services import set_labels
from notes.models import Note
from options.services import write_option
from profile_sections.providers import SECTIONS
from reports.api.options import OPTIONS
from segments.models import ContactList, Tag
from sequences.models import SequenceMail, SequenceTracker
from smart_links.models import SmartLink
from subscribers.conditions import Link as LinkCondition
from subscribers.models import Subscriber
from tests.automations.factories import AutomationFactory, BlockFactory, BlockRunFactory, EnrolmentFactory
from tests.client import FLUENTCRM
from tests.companies.factories import CompanyFactory
from tests.dynamic_segments.factories import segment_of
from tests.emails.factories import MailingFactory, MessageFactory, TemplateFactory
from tests.factories import ContactListFactory, CustomFieldFactory, SubscriberFactory, TagFactory, UserFactory
from tests.jobs.factories import JobFactory
from tests.labels.factories import LabelFactory
from tests.openapi.campaigns import CampaignWorld, make_campaign_world, refusals_of_campaigns, stories_of_campaigns
from tests.openapi.conformance import DocumentedApi, validator_of
from tests.sequences.factories import SequenceMailFactory, SequenceTrackerFactory
from tests.smart_links.factories import SmartLinkFactory
from webhooks.models import Webhook
from webhooks.outgoing import Answer
from wp_rest.views import RestView

NO_SUCH_ID = 10**12
TOO_LONG_AN_ID = 10**18


@dataclass
class World:
    tag: Tag
    list: ContactList
    full: Subscriber  # everything filled in
    bare: Subscriber  # nothing but an address; has left
    note: Note
    field: CustomField
    company: Company  # everything filled in, and `full` belongs to it
    company_note: Note
    nobodys: Company  # no contact belongs to it
    hook: Webhook
    job: Job  # under way
    ended: Job
    template: Template
    message: Message  # to `full`, opened and clicked in
    segment: DynamicSegment  # `full` is in it
    smart_link: SmartLink  # `full` followed it
    label: Label
    automation: Automation  # with a tag, a mail and a condition; `full` is in it
    enrolment: Enrolment  # that of `full`
    step: SequenceMail  # of a sequence that `full` is in
    campaigns: CampaignWorld


@pytest.fixture
def world(admin: User) -> World:
    tag, second = TagFactory.create_batch(2)
    contact_list, other_list = ContactListFactory.create_batch(2, description=None)
    CustomFieldFactory.create(slug="company", type="text")
    field = CustomFieldFactory.create(slug="interests", type="select-multi", options=["sales"], group="Work")
    CustomFieldFactory.create(scope="company", slug="vat_number", type="radio", options=["a"], group="Work")
    CustomFieldFactory.create(scope="company", slug="founded", type="date")
    full = SubscriberFactory.create(
        tags=[tag, second],
        lists=[contact_list, other_list],
        user=admin,
        contact_owner=admin.pk,
        latitude="51.5",
        longitude="-0.1",
        date_of_birth="1990-04-05",
        last_activity="2026-01-31T09:05:00Z",
        custom_values={"company": "Tech Solutions", "interests": ["sales", "support"]},
        **dict.fromkeys(
            "prefix timezone address_line_1 address_line_2 postal_code city state country ip phone source avatar".split(),
            "x",
        ),
    )
    bare = Subscriber.objects.create(email="bare@example.com", status="unsubscribed")
    note = Note.objects.create(subscriber=full, created_by=admin, title="Call", description="x", type="call")
    Note.objects.create(subscriber=full, title="Nobody's", description="x")
    CustomFieldFactory.create(slug="vat", scope="company")
    CustomFieldFactory.create(slug="size", scope="company", type="radio", options=["S"], group="Work")
    company = CompanyFactory.create(
        contacts=[full],
        owner=full,
        type="Partner",
        date_of_start="2020-01-31",
        custom_values={"vat": "GB1"},
        **dict.fromkeys(
            "industry email timezone address_line_1 address_line_2 postal_code city state country description phone logo "
            "website linkedin_url facebook_url twitter_url".split(),
            "x",
        ),
    )
    CompanyFactory.create(contacts=[full])
    company_note = Note.objects.create(company=company, created_by=admin, title="Call", description="x", type="call")
    Note.objects.create(company=company, title="Nobody's", description="x")
    TrackedEvent.objects.create(subscriber=full, created_by=admin, event_key="signup", title="Signed up", value="pro")
    TrackedEvent.objects.create(subscriber=full, event_key="signup", title="Nobody's")
    for user, channel in ((admin, "api"), (None, "system")):
        change = Change.objects.create(
            event="updated", details={"columns": {"city": ["x", "y"]}}, user=user, channel=channel, contacts=1
        )
        ChangedContact.objects.create(change=change, contact_id=full.pk)
    Change.objects.filter(user=admin).update(actor_kind="application_password", actor_id=1)
    gone = Change.objects.create(event="deleted", channel="system", contacts=2)
    for number in (NO_SUCH_ID + 1, NO_SUCH_ID + 2):
        ChangedContact.objects.create(change=gone, contact_id=number)
    DeletedContact.objects.create(change=gone, contact_id=NO_SUCH_ID + 1, email="gone@example.com", hash="0" * 32)
    # The feed shows what is older than all that runs, and this test has not ended.
    Change.objects.update(transaction_number=1)
    RemovedHistory.objects.create(transaction_number=0, change_id=1)
    nobodys = CompanyFactory.create()
    Webhook.objects.create(name="Shop, too", tags=[tag.pk], lists=[contact_list.pk], companies=[company.pk])
    hook = Webhook.objects.create(name="Shop", tags=[tag.pk], lists=[contact_list.pk], companies=[company.pk])
    job = JobFactory.create(user=admin, state="running", started_at="2026-01-31T09:05:00Z", done=3, total=9)
    ended = JobFactory.create(finished_at="2026-01-31T09:05:00Z", state="failed", error="x")
    template = TemplateFactory.create(status="publish", created_by=admin, settings={"template_config": {}})
    message = MessageFactory.create(
        subscriber=full,
        state="sent",
        error="x",
        clicks=1,
        **dict.fromkeys(("sent_at", "opened_at", "clicked_at"), "2026-01-31T09:05:00Z"),
    )
    link = Link.objects.create(mailing=message.mailing, url="https://shop.example.com/a", digest="a")
    Click.objects.create(message=message, link=link)
    actions = {"tags": [tag.pk], "lists": [contact_list.pk]}
    smart_link = SmartLinkFactory.create(
        attach=actions, detach=actions, enrol={"automations": [1], "sequences": [1]}, created_by=admin
    )
    SmartLinkFactory.create()
    step = SequenceMailFactory.create(mailing__created_by=admin, sequence__created_by=admin)
    SequenceTrackerFactory.create(
        sequence=step.sequence,
        subscriber=full,
        last_mail=step,
        next_mail=step,
        reason="x",
        **dict.fromkeys(("last_executed_time", "next_execution_time"), "2026-01-31T09:05:00Z"),
    )
    label = LabelFactory.create()
    enrolment = enrolled_in_all_kinds(admin, full, tag)
    set_labels("automation", enrolment.automation_id, [label.pk], "attach")
    write_option("email_settings", {"reply_to_email": "help@example.com"})
    return World(
        tag,
        contact_list,
        full,
        bare,
        note,
        field,
        company,
        company_note,
        nobodys,
        hook,
        job,
        ended,
        template,
        message,
        segment_of(LinkCondition("tags", "in", (tag.pk,))),
        smart_link,
        label,
        enrolment.automation,
        enrolment,
        step,
        make_campaign_world(admin, full, bare),
    )


def enrolled_in_all_kinds(admin: User, contact: Subscriber, tag: Tag) -> Enrolment:
    """A contact in an automation with a block of each type, between the first and the second one."""
    automation = AutomationFactory.create(
        created_by=admin, trigger_name="fluentcrm_contact_added_to_tags", settings={"tags": [str(tag.pk)]}
    )
    mailing = MailingFactory.create(kind="automation", pre_header="Hi")
    settings: list[tuple[str, str, Any]] = [
        ("add_contact_to_tag", "action", {"tags": [str(tag.pk)]}),
        ("send_custom_email", "action", {"reference_campaign": mailing.pk}),
        ("fcrm_has_contact_tag", "conditional", {"tags": [str(tag.pk)]}),
    ]
    first, mail, condition = [
        BlockFactory.create(
            automation=automation,
            action_name=name,
            type=kind,
            settings=chosen,
            sequence=place,
            description="x",
            note="x",
        )
        for place, (name, kind, chosen) in enumerate(settings, start=1)
    ]
    BlockFactory.create(automation=automation, parent=condition, condition_type="yes", settings=settings[0][2])
    enrolment = EnrolmentFactory.create(
        automation=automation,
        subscriber=contact,
        last_block=first,
        next_block=mail,
        notes="x",
        source_ref_id=1,
        **dict.fromkeys(("last_executed_time", "next_execution_time"), "2026-01-31T09:05:00Z"),
    )
    BlockRunFactory.create(enrolment=enrolment, block=first, notes="x")
    BlockRunFactory.create(enrolment=enrolment, block=mail)
    return enrolment


@dataclass
class Request:
    query: str = ""
    body: Callable[[World], Any] | None = None
    bare: bool = False  # ask for the bare contact rather than the full one
    ended: bool = False  # ask for the job that is over
    bounced: bool = False  # mail to the contact came back
    status: str = ""  # that of all campaigns
    content_type: str = "application/json"

    def send(self, api: DocumentedApi, world: World, verb: str, path: str, **ids: int) -> Any:
        wanted = self.bare or self.query.startswith("?get_by_email")
        contact = 0 if self.query.startswith("?get_by_email") else (world.bare if wanted else world.full).pk
        kind = path.removeprefix(FLUENTCRM).split("/")[1:2]
        if "/sequences/subscriber/" in path or "/funnels/subscriber/" in path:
            kind = ["subscribers"]
        known = {
            "tags": world.tag.pk,
            "lists": world.list.pk,
            "companies": world.company.pk,
            "templates": world.template.pk,
            "campaigns": world.message.pk if "/campaigns/emails/" in path else world.campaigns.campaign.pk,
            "campaigns-pro": world.campaigns.campaign.pk,
            "recurring-campaigns": world.campaigns.recurring.pk,
            "webhooks": world.hook.pk,
            "dynamic-segments": world.segment.pk,
            "smart-links": world.smart_link.pk,
            "labels": world.label.pk,
            "funnels": world.automation.pk,
            "sequences": world.step.sequence_id,
            "jobs": (world.ended if self.ended else world.job).pk,
        }
        if "/wp/v2/users/" in path:
            kind, known["users"] = ["users"], User.objects.latest("pk").pk
        note = world.company_note if kind == ["companies"] else world.note
        numbers = {
            "id": known.get(kind[0] if kind else "", contact),
            "note_id": note.pk,
            "nobodys": world.nobodys.pk,
            "contact_id": contact,
            "list": world.list.pk,
            "email_id": world.campaigns.run.pk if kind == ["recurring-campaigns"] else world.step.pk,
        } | ids
        if self.status:
            Campaign.objects.update(status=self.status)
        if self.bounced:
            Subscriber.objects.update(status="bounced")
        body = self.body(world) if self.body else None
        address = (path + self.query).format(**numbers)
        return api.send(verb, address, body, content_type=self.content_type)


def send_body(body: Any) -> list[Request]:
    return [Request(body=lambda _: body)]


def sending(make: Callable[[World], Any]) -> list[Request]:
    return [Request(body=make)]


IN_LEEDS = {"conditions": [{"field": "city", "operator": "=", "value": "Leeds"}]}
SMART_LINK = {"title": "Prices", "target_url": "https://shop.example.com/prices"}
ALL_WITH = "with[]=custom_values&with[]=custom_fields&with[]=stats&with[]=commerce_stat"
FILTERED = "filter_type=advanced&advanced_filters[0][0][source][]=subscriber&advanced_filters[0][0][source][]=city"
NEW = {"email": "new@example.com", "status": "subscribed"}
LEFT_OUT = {"tags": [999], "lists": ["ab"], "custom_values": {"unknown": 1}}
MAIL = {"email_subject": "Hello", "email_body": "<p>Hi</p>"}
OPTIN = {"email_subject": "Please confirm", "tag_redirects": [{"field_key": [1], "field_value": ""}]}
TAG_BLOCK = {"action_name": "add_contact_to_tag", "title": "Tag", "settings": {"tags": ["1"]}}
BRANCHED = [
    TAG_BLOCK,
    {"action_name": "fcrm_has_contact_tag", "settings": {"tags": ["1"]}, "children": {"yes": [TAG_BLOCK], "no": []}},
]
UNFINISHED = {"sequences": [{"action_name": "add_contact_to_tag"}], "status": "published"}
AUTOMATION = {"funnel": {"title": "Welcome", "trigger_name": "user_register"}, "sequences": BRANCHED}
USER = {"username": "new", "email": "new@example.com", "password": "x-Long-pass-1"}
NOTE = {"title": "New Note", "description": "<p>very important note</p>", "type": "note"}


def completed_before(world: World) -> None:
    """`full` has completed its sequence before its last mail was written."""
    SequenceTracker.objects.update(status="completed", position=0)
    SequenceMailFactory.create(sequence=world.step.sequence, delay_amount=1)


def without_tags(world: World) -> dict[str, str]:
    """The automation is to be published, and a block has no tag to apply."""
    Block.objects.filter(automation=world.automation).update(settings={})
    return {"status": "published"}


def segment_stories(word: str) -> dict[str, list[Request]]:
    words = f"{word}s"
    return {
        f"GET /{words}": [
            Request("?per_page=1"),
            Request("?per_page=1&page=2"),
            Request("?search=nothing"),
            Request(f"?exclude_counts=1&all_{words}=1"),
        ],
        f"POST /{words}": send_body({"title": "New", "slug": "new"}),
        f"GET /{words}/{{id}}": [Request()],
        f"PUT /{words}/{{id}}": send_body({"title": "Renamed"}),
        f"DELETE /{words}/{{id}}": [Request()],
        f"POST /{words}/bulk": send_body({words: [{"title": "One"}, "no object"]}),
        f"POST /{words}/do-bulk-action": sending(
            lambda world: {f"{word}Ids": [(world.tag if word == "tag" else world.list).pk]}
        ),
    }


STORIES: dict[str, list[Request]] = {
    "GET /setting": [Request("?settings_keys[]=email_settings&settings_keys[]=business_settings")],
    "PUT /setting": send_body({"settings": {"email_settings": {"from_name": "Shop"}}}),
    "POST /setting/run_cron": send_body({"hook": "fluentcrm_scheduled_hourly_tasks"}),
    "GET /setting/double-optin": [
        Request("?with[]=settings_fields"),
        Request("?list_id={list}"),
    ],
    "PUT /setting/double-optin": sending(lambda world: {"list_id": world.list.pk, "settings": OPTIN}),
    "POST /subscribers/{id}/send-double-optin": [Request(), Request(bare=True)],
    "GET /templates": [Request("?types[]=publish"), Request("?search=nothing")],
    "POST /templates": send_body({"template": {"post_title": "New"}}),
    "GET /templates/{id}": [Request()],
    "PUT /templates/{id}": send_body({"template": {"post_title": "New"}}),
    "DELETE /templates/{id}": [Request()],
    **{f"GET /templates/{word}": [Request()] for word in ("all", "smartcodes", "built-in-templates")},
    "POST /templates/duplicate/{id}": [Request()],
    "POST /templates/set-global-style": send_body({"config": {"link_color": "#3869d4"}}),
    "POST /templates/do-bulk-action": sending(
        lambda world: {"action_name": "delete_templates", "template_ids": [world.template.pk]}
    ),
    "GET /funnels": [Request("?with[]=triggers"), Request("?search=nothing"), Request("?per_page=1&page=2")],
    "POST /funnels": send_body({"funnel": {"trigger_name": "user_register"}}),
    "GET /funnels/{id}": [Request("?with[]=blocks&with[]=block_fields&with[]=funnel_sequences"), Request()],
    "PUT /funnels/{id}": send_body({"status": "published"}),
    "DELETE /funnels/{id}": [Request()],
    "GET /funnels/triggers": [Request()],
    "GET /funnels/templates": [Request()],
    "POST /funnels/create-from-template": send_body({"template": {"content": json.dumps(AUTOMATION)}}),
    "POST /funnels/import": send_body(AUTOMATION),
    "POST /funnels/do-bulk-action": sending(
        lambda world: {"action_name": "change_funnel_status", "funnel_ids": [world.automation.pk], "status": "draft"}
    )
    + sending(
        lambda world: {
            "action_name": "apply_labels",
            "funnel_ids": [world.automation.pk, NO_SUCH_ID],
            "labels": [world.label.pk],
        }
    ),
    "PUT /funnels/funnel/{id}/title": send_body({"title": "Welcome"}),
    "PUT /funnels/{id}/change-trigger": send_body(
        {"trigger_name": "fluentcrm_contact_added_to_lists", "title": "Welcome"}
    ),
    "POST /funnels/{id}/clone": [Request()],
    "PUT /funnels/{id}/update-labels": sending(lambda world: {"action": "attach", "label_ids": [world.label.pk]}),
    "POST /funnels/{id}/sequences": send_body({"sequences": BRANCHED}),
    "POST /funnels/funnel/save-funnel-sequences": sending(
        lambda world: {"funnel_id": world.automation.pk, "sequences": json.dumps(BRANCHED)}
    ),
    "POST /funnels/{id}/sequences/save-email-action": send_body({"action_data": {"campaign": MAIL}}),
    "POST /funnels/funnel/save-email-action-fallback": sending(
        lambda world: {"funnel_id": world.automation.pk, "action_data": {"campaign": MAIL}}
    ),
    "GET /funnels/{id}/subscribers": [
        Request("?with[]=funnel&with[]=sequences&per_page=1"),
        Request("?status=completed"),
    ],
    "DELETE /funnels/{id}/subscribers": sending(lambda world: {"subscriber_ids": [world.full.pk]}),
    "GET /funnels/{id}/subscribers/{contact_id}": [Request(), Request(bare=True)],
    "PUT /funnels/{id}/subscribers/{contact_id}/status": send_body({"status": "cancelled"}),
    "POST /funnels/{id}/subscribers/{contact_id}/advance": sending(
        lambda world: {"sequence_id": world.enrolment.next_block_id}
    ),
    "GET /funnels/all-activities": [Request(), Request("?search=nobody")],
    "POST /funnels/remove-bulk-subscribers": sending(lambda world: {"funnel_subscriber_ids": [world.enrolment.pk]}),
    "GET /funnels/subscriber/{id}/automations": [Request(), Request(bare=True)],
    **{f"GET /funnels/{{id}}/{word}": [Request()] for word in ("report", "email_reports", "syncable-counts")},
    "POST /funnels/{id}/sync-new-steps": [Request()],
    "POST /funnels/send-test-webhook": send_body({"data": {"remote_url": "https://example.com/hook"}}),
    "GET /labels": [Request()],
    "POST /labels": send_body({"label": {"title": "New"}}),
    "PUT /labels/{id}": send_body({"label": {"color": "#0000ff"}}),
    "DELETE /labels/{id}": [Request()],
    "GET /sequences": [Request(), Request("?search=nothing")],
    "POST /sequences": send_body({"title": "Welcome"}),
    "GET /sequences/{id}": [Request(), Request("?with[]=email_stats")],
    "PUT /sequences/{id}": send_body({"title": "Welcome", "status": "draft"}),
    "DELETE /sequences/{id}": [Request()],
    "POST /sequences/{id}/duplicate": [Request()],
    "POST /sequences/{id}/reapply": sending(completed_before),
    "POST /sequences/do-bulk-action": sending(lambda world: {"sequence_ids": [world.step.sequence_id]}),
    "POST /sequences/{id}/email": send_body({"email": MAIL | {"settings": {"timings": {"delay": 2}}}}),
    "GET /sequences/{id}/email/{email_id}": [Request(), Request("?with[]=sequence")],
    "PUT /sequences/{id}/email/{email_id}": send_body({"email": MAIL}),
    "DELETE /sequences/{id}/email/{email_id}": [Request()],
    "POST /sequences/{id}/email/duplicate": sending(lambda world: {"email_id": world.step.pk}),
    "POST /sequences/sequence-email-update-create": sending(
        lambda world: {"route_method": "create", "sequence_id": world.step.sequence_id, "email": MAIL}
    ),
    "GET /sequences/{id}/subscribers": [Request("?per_page=1")],
    "POST /sequences/{id}/subscribers": sending(lambda world: {"subscribers": {"lists": [world.list.pk], "tags": []}}),
    "DELETE /sequences/{id}/subscribers": sending(lambda world: {"subscriber_ids": [world.full.pk]}),
    "GET /sequences/subscriber/{id}/sequences": [Request(), Request(bare=True)],
    "GET /subscribers/{id}/emails": [Request(), Request("?filter=unopened")],
    "DELETE /subscribers/{id}/emails": sending(lambda world: {"email_ids": [world.message.pk]}),
    "GET /subscribers/{id}/emails/template-mock": [Request()],
    "POST /subscribers/{id}/emails/send": send_body({"campaign": MAIL}),
    "GET /subscribers/{id}/url-metrics": [Request(), Request(bare=True)],
    "GET /campaigns/emails/{id}/preview": [Request()],
    "GET /reports/emails": [Request(), Request("?status=failed")],
    "DELETE /reports/emails": sending(lambda world: {"email_ids": [world.message.pk]}),
    **{
        f"GET /reports/email-{word}": [Request(), Request("?date_range[]=2026-01-30&date_range[]=2026-01-31")]
        for word in ("sents", "opens", "clicks")
    },
    "GET ": [Request()],
    "GET /openapi.json": [Request()],
    "GET /docs": [Request()],
    "GET /wp-json/wp/v2/users/me": [Request()],
    "GET /wp-json/wp/v2/users": [Request()],
    "POST /wp-json/wp/v2/users": send_body(USER),
    "GET /wp-json/wp/v2/users/{id}": [Request()],
    **segment_stories("tag"),
    **segment_stories("list"),
    "GET /companies/custom-fields": [Request(), Request("?with[]=field_types&with[]=field_groups")],
    "PUT /companies/custom-fields": send_body(
        {
            "fields": [
                {"type": "text", "label": "VAT number"},
                {"type": "radio", "label": "Size", "options": "a,b", "group": "Work"},
            ]
        }
    ),
    **{
        f"PUT /{fields}/update_group_name": [
            *send_body({"old_name": "Work", "new_name": "Office"}),
            *send_body({"old_name": "default", "new_name": "Other"}),
        ]
        for fields in ("custom-fields/contacts", "companies/custom-fields")
    },
    "GET /setting/experiments": [Request()],
    "POST /setting/experiments": send_body({"company_module": "no", "other_module": "yes"}),
    "GET /companies": [Request(), Request("?search=nothing"), Request("?per_page=1&page=2&sort_by=name")],
    "POST /companies": [
        *send_body({"name": "New", "custom_values": {"vat": "GB2", "unknown": 1}}),
        *sending(lambda world: {"name": "Newer", "owner_id": world.bare.pk, "employees_number": 5}),
    ],
    "GET /companies/{id}": [Request()],
    "PUT /companies/{id}": [
        *send_body({"industry": "Software", "owner_id": 0}),
        *send_body({"name": "Renamed", "custom_values": {"unknown": 1}}),
    ],
    "DELETE /companies/{id}": [Request()],
    "GET /companies/search": [Request(), Request("?search=nothing")],
    "GET /companies/search-unattached-contacts": [
        Request("?company_id={nobodys}"),
        Request("?company_id={nobodys}&search=nobody-at-all"),
    ],
    "POST /companies/attach-subscribers": sending(
        lambda world: {"subscriber_ids": [world.full.pk, NO_SUCH_ID], "company_ids": [world.company.pk, NO_SUCH_ID]}
    ),
    "POST /companies/detach-subscribers": sending(
        lambda world: {"subscriber_ids": [world.full.pk], "company_ids": [world.company.pk, NO_SUCH_ID]}
    )
    + sending(lambda world: {"subscriber_ids": [world.bare.pk], "company_ids": [world.nobodys.pk]}),
    "PUT /companies/companies-property": sending(
        lambda world: {"property": "type", "value": "Vendor", "companies": [world.company.pk]}
    ),
    "POST /companies/do-bulk-action": sending(
        lambda world: {
            "action_name": "change_company_type",
            "new_status": "Vendor",
            "company_ids": [world.company.pk, NO_SUCH_ID],
        }
    )
    + sending(lambda world: {"action_name": "delete_companies", "company_ids": [world.nobodys.pk]}),
    **{
        f"{verb} /subscribers/do-bulk-action": sending(
            lambda world: {
                "action_name": "add_to_tags",
                "action_options": [world.tag.pk, NO_SUCH_ID],
                "subscriber_ids": [world.bare.pk],
            }
        )
        + sending(
            lambda world: {"action_name": "remove_from_lists", "action_options": [world.list.pk, "x"], "is_all": "yes"}
        )
        + sending(
            lambda world: {
                "action_name": "add_to_company",
                "company_id": world.nobodys.pk,
                "subscriber_ids": [world.bare.pk, world.full.pk],
            }
        )
        + sending(lambda world: {"action_name": "send_double_optin", "subscriber_ids": [world.bare.pk]})
        for verb in ("POST", "PUT")
    },
    "GET /jobs": [Request("?per_page=1"), Request("?per_page=1&page=2"), Request("?state=done&kind=bulk_action")],
    "GET /jobs/{id}": [Request()],
    "POST /jobs/{id}/cancel": [Request(), Request()],
    "POST /subscribers/track-event": sending(
        lambda world: {"email": world.bare.email.upper(), "event_key": "signup", "title": "Signed up", "value": 5}
    ),
    "GET /subscribers/{id}/tracking-events": [
        Request("?per_page=1"),
        Request("?per_page=1&page=2"),
        Request(bare=True),
    ],
    **{f"GET /subscribers/{{id}}/{section}": [Request(), Request("?provider=unknown")] for section in SECTIONS},
    "GET /subscribers/{id}/history": [
        Request("?per_page=1&since=2020-01-31"),
        Request("?per_page=1&page=2"),
        Request("?per_page=1&page=2&change=updated&channel=system"),
        Request(bare=True),
    ],
    **{
        f"{verb} /companies/{{id}}/notes{rest}": stories
        for verb, rest, stories in (
            ("GET", "", [Request("?per_page=1"), Request("?per_page=1&page=2"), Request("?search=nothing")]),
            ("POST", "", [*send_body({"note": NOTE}), *send_body(NOTE)]),
            ("PUT", "/{note_id}", send_body({"note": NOTE})),
            ("DELETE", "/{note_id}", [Request()]),
        )
    },
    "GET /dynamic-segments": [Request()],
    "POST /dynamic-segments": send_body({"segment": {"title": "In Leeds", "description": None} | IN_LEEDS}),
    "PUT /dynamic-segments/{id}": send_body({"segment": {"title": "Renamed"}}),
    "DELETE /dynamic-segments/{id}": [Request()],
    "GET /dynamic-segments/custom-fields": [Request()],
    "POST /dynamic-segments/duplicate/{id}": [Request()],
    "POST /dynamic-segments/estimated-contacts": send_body({"filters": IN_LEEDS}),
    "GET /dynamic-segments/stats": [Request()],
    "GET /dynamic-segments/custom_segment/subscribers/{id}": [
        Request("?per_page=1&custom_fields=true"),
        Request("?search=nothing"),
    ],
    "GET /smart-links": [
        Request("?per_page=1&orderBy=title&order=ascending"),
        Request("?per_page=1&page=2"),
        Request("?search=nothing"),
    ],
    "POST /smart-links": send_body({"link": SMART_LINK | {"actions": {"tags": "1,2"}, "notes": None}}),
    "PUT /smart-links/{id}": send_body({"link": SMART_LINK | {"detach_actions": {"lists": [1]}}}),
    "DELETE /smart-links/{id}": [Request()],
    "POST /smart-links/activate": [Request()],
    "GET /webhooks": [Request(), Request("?search=sHop"), Request("?search=nothing")],
    "POST /webhooks": send_body({"name": "Form", "status": "pending", "lists": "1,2", "tags": [1]}),
    "PUT /webhooks/{id}": send_body({"status": "transactional", "companies": []}),
    "DELETE /webhooks/{id}": [Request()],
    "GET /setting/bounce_configs": [Request()],
    "GET /reports/ping": [Request()],
    "GET /reports/dashboard-stats": [Request()],
    "GET /reports/options": [Request(f"?fields={','.join(OPTIONS)}"), Request("?fields=lists&with_count[]=lists")],
    "GET /custom-fields/contacts": [Request(), Request("?with[]=field_types&with[]=field_groups")],
    "PUT /custom-fields/contacts": send_body(
        {
            "fields": [
                {"type": "text", "label": "Company", "help": "Its own key"},
                {"type": "multi-select", "label": "Interests", "options": "a,b", "group": "Work"},
            ]
        }
    ),
    "GET /subscribers": [
        Request(),
        Request("?per_page=1&page=2&custom_fields=true"),
        Request("?page=9"),
        Request(f"?{FILTERED}&advanced_filters[0][0][operator]=not_null"),
    ],
    "POST /subscribers": [
        *send_body(NEW),
        *send_body(NEW | LEFT_OUT | {"email": "ignored@example.com"}),
        *sending(lambda world: {"__force_update": "yes", "email": world.full.email, "city": "Leeds"}),
        *send_body(NEW | {"email": "asked@example.com", "double_optin": "yes"}),
    ],
    "DELETE /subscribers": sending(lambda world: {"subscribers": [world.bare.pk, NO_SUCH_ID]}),
    "GET /subscribers/{id}": [
        Request(),
        Request(f"?{ALL_WITH}"),
        Request(bare=True, query=f"?x=1&{ALL_WITH}"),
        Request("?get_by_email=BARE@example.com"),
    ],
    "PUT /subscribers/{id}": [
        *send_body({"subscriber": {"city": "Leeds", "custom_values": {"company": None, "interests": "a,b"}} | {}}),
        *send_body({"city": "York", **LEFT_OUT}),
    ],
    "DELETE /subscribers/{id}": [Request()],
    "POST /subscribers/{id}/tags": [*send_body({"tags": ["made now", 999]}), *send_body({"tags": "made now"})],
    "POST /subscribers/{id}/tags/detach": sending(lambda world: {"tags": [world.tag.pk, "unknown"]}),
    "POST /subscribers/{id}/lists": [*send_body({"lists": ["made now", 999]}), *send_body({"lists": "made now"})],
    "POST /subscribers/{id}/lists/detach": sending(lambda world: {"lists": [world.list.pk, "unknown"]}),
    "PUT /subscribers/subscribers-property": sending(
        lambda world: {"property": "status", "value": "pending", "subscribers": [world.full.pk]}
    ),
    "POST /subscribers/sync-segments": sending(
        lambda world: {"type": "tags", "attach": ["made now", "ab"], "detach": [1], "subscribers": [world.full.pk]}
    )
    + sending(lambda world: {"type": "lists", "attach": [world.list.pk, 999], "subscriber_ids": [world.bare.pk]}),
    "POST /subscribers/bulk-add-update": sending(
        lambda world: {
            "contacts": [
                NEW,
                {"email": world.bare.email, "city": "Leeds", "detach_tags": [NO_SUCH_ID], "lists": ["ab"]},
                {"email": world.bare.email, "custom_values": {"unknown": "x"}},
                {"email": "wrong"},
                "no object",
                {"email": "a@b.example", "status": "subscribed", "custom_values": {"company": {"no": "text"}}},
            ],
            "double_optin": True,
        }
    ),
    "GET /subscribers/search-contacts": [Request(), Request("?search=first"), Request("?search=bare")],
    "GET /subscribers/prev-next-ids": [Request("?filter_type=simple&current_id=2")],
    "GET /subscribers/changes": [Request(), Request("?cursor=0.1"), Request("?cursor=0.1&limit=1")],
    "GET /subscribers/{id}/notes": [Request("?per_page=1"), Request("?per_page=1&page=2"), Request(bare=True)],
    "POST /subscribers/{id}/notes": [*send_body({"note": NOTE}), *send_body(NOTE)],
    "PUT /subscribers/{id}/notes/{note_id}": send_body({"note": NOTE}),
    "DELETE /subscribers/{id}/notes/{note_id}": [Request()],
}
UNREADABLE = [
    Request(body=lambda _: b'{"broken'),
    Request(body=lambda _: b"no boundary", content_type="multipart/form-data"),
]
TOO_LONG = "x" * 6000
# A list that cannot be read whole, by the operations that read one and refuse nothing else with 400.
UNREADABLE_LISTS = {
    **{f"POST /{kind}/bulk": {"items": "x"} for kind in ("tags", "lists")},
    **{f"POST /{kind}/do-bulk-action": {"ids": "[1,"} for kind in ("tags", "lists")},
    **{f"POST /companies/{verb}-subscribers": {"subscriber_ids": "1,x"} for verb in ("attach", "detach")},
    "PUT /companies/companies-property": {"property": "type", "value": "Vendor", "companies": "1,x"},
    "DELETE /subscribers": {"subscriber_ids": "[1,"},
    "PUT /subscribers/subscribers-property": {"subscriber_ids": [1, None]},
    "POST /subscribers/sync-segments": {"subscriber_ids": "1;2,3"},
    **{f"POST /subscribers/{{id}}/{kind}": {kind.split("/")[0]: "[1,"} for kind in ("tags", "lists")},
    **{f"POST /subscribers/{{id}}/{kind}/detach": {kind: "[1,"} for kind in ("tags", "lists")},
}
REFUSED: dict[tuple[str, int], list[Request]] = {
    **{(operation, 400): send_body(body) for operation, body in UNREADABLE_LISTS.items()},
    ("POST /tags", 400): send_body({"title": TOO_LONG}),
    ("POST /tags", 422): [*send_body({}), *sending(lambda world: {"title": "x", "slug": world.tag.slug})],
    ("PUT /tags/{id}", 400): send_body({"title": TOO_LONG}),
    ("PUT /tags/{id}", 422): [
        *send_body({}),
        *sending(lambda world: {"title": "x", "slug": Tag.objects.exclude(pk=world.tag.pk).values_list("slug")[0][0]}),
    ],
    ("POST /tags/do-bulk-action", 422): send_body({"action": "paint"}),
    ("POST /lists", 400): send_body({"title": TOO_LONG}),
    ("POST /lists", 422): [*send_body({"title": ""}), *sending(lambda world: {"title": "x", "slug": world.list.slug})],
    ("PUT /lists/{id}", 400): send_body({"title": TOO_LONG}),
    ("PUT /lists/{id}", 422): send_body({}),
    ("POST /lists/do-bulk-action", 422): send_body({"action": "paint"}),
    ("POST /webhooks", 400): send_body({"name": "Form", "status": "bounced"}),
    ("POST /webhooks", 422): [*send_body({}), *send_body({"name": ""})],
    ("PUT /webhooks/{id}", 400): send_body({"tags": "1,x"}),
    ("PUT /webhooks/{id}", 422): send_body({"name": ""}),
    ("GET /reports/options", 400): [Request("?fields=[1,")],
    ("GET /reports/options", 422): [Request()],
    ("GET /jobs", 400): [Request("?state=lost"), Request("?kind=x")],
    ("POST /jobs/{id}/cancel", 422): [Request(ended=True)],
    ("GET /subscribers/{id}/history", 400): [Request("?change=gone"), Request("?since=soon")],
    **{
        (f"PUT /{fields}/update_group_name", status): send_body(body)
        for fields in ("custom-fields/contacts", "companies/custom-fields")
        for status, body in ((400, {"old_name": "No such group", "new_name": "x"}), (422, {"old_name": "Work"}))
    },
    ("PUT /companies/custom-fields", 400): send_body({"fields": 1}),
    ("PUT /companies/custom-fields", 422): send_body({}),
    ("POST /companies", 400): [
        *send_body({"name": TOO_LONG}),
        *send_body({"name": "New", "owner_id": NO_SUCH_ID}),
    ],
    ("POST /companies", 422): [*send_body({}), *sending(lambda world: {"name": world.company.name.upper()})],
    ("PUT /companies/{id}", 400): send_body({"employees_number": -1, "date_of_start": "soon"}),
    ("PUT /companies/{id}", 422): [*send_body({"name": ""}), *sending(lambda world: {"name": world.nobodys.name})],
    ("GET /companies/search-unattached-contacts", 422): [Request()],
    ("POST /companies/attach-subscribers", 404): send_body({"subscriber_ids": [1], "company_ids": [NO_SUCH_ID]}),
    ("POST /companies/attach-subscribers", 422): [*send_body({}), *send_body({"subscriber_ids": [1]})],
    ("POST /companies/detach-subscribers", 422): [*send_body({}), *send_body({"subscriber_ids": [1]})],
    ("PUT /companies/companies-property", 422): [
        *send_body({"property": "type", "value": "Vendor"}),
        *send_body({"property": "name", "companies": [1]}),
        *send_body({"property": "type", "value": "Friend", "companies": [1]}),
    ],
    ("POST /companies/do-bulk-action", 400): send_body(
        {"action_name": "change_company_type", "new_status": "Friend", "company_ids": [1]}
    ),
    ("POST /companies/do-bulk-action", 422): [
        *send_body({"action_name": "paint"}),
        *send_body({"action_name": "delete_companies"}),
    ],
    **{
        (f"{verb} /subscribers/do-bulk-action", status): requests
        for verb in ("POST", "PUT")
        for status, requests in (
            (400, send_body({"action_name": "change_contact_status", "new_status": "happy", "subscriber_ids": [1]})),
            (404, send_body({"action_name": "add_to_company", "company_id": NO_SUCH_ID, "subscriber_ids": [1]})),
            (
                422,
                [
                    *send_body({"action_name": "paint"}),
                    *send_body({"action_name": "delete_contacts"}),
                    *send_body(
                        {"action_name": "update_custom_fields", "custom_field": {"key": "vat"}, "subscriber_ids": [1]}
                    ),
                ],
            ),
        )
    },
    ("POST /subscribers/track-event", 400): send_body({"event_key": TOO_LONG, "title": "x"}),
    ("POST /subscribers/track-event", 422): [
        *send_body({"title": "x"}),
        *send_body({"event_key": "x", "title": "x", "email": "nobody@example.com"}),
    ],
    ("POST /companies/{id}/notes", 400): send_body({"note": NOTE | {"type": "smoke signal"}}),
    ("POST /companies/{id}/notes", 422): send_body({"note": {"title": ""}}),
    ("PUT /companies/{id}/notes/{note_id}", 400): send_body({"note": NOTE | {"created_at": "soon"}}),
    ("PUT /companies/{id}/notes/{note_id}", 422): send_body({"note": {"title": "Only title"}}),
    ("PUT /custom-fields/contacts", 400): [
        *send_body({"fields": 1}),
        *send_body({"fields": [{"label": "A", "type": "no type"}]}),
    ],
    ("PUT /custom-fields/contacts", 422): [*send_body({}), *send_body({"fields": [{}]})],
    ("GET /subscribers", 400): [Request("?after_id=x"), Request("?updated_after=soon")],
    ("GET /subscribers", 422): [Request("?filter_type=advanced&advanced_filters=nothing")],
    ("POST /subscribers", 400): [
        *send_body({"email": "wrong", "status": "subscribed"}),
        *send_body({"email": "a@b.example", "status": "subscribed", "custom_values": {"company": {"no": "text"}}}),
    ],
    ("POST /subscribers", 409): sending(lambda world: NEW | {"email": world.bare.email.upper()}),
    ("POST /subscribers", 422): [*send_body({}), *send_body({"__force_update": 1, "email": "new@example.com"})],
    ("DELETE /subscribers", 422): send_body({}),
    ("PUT /subscribers/{id}", 400): send_body({"status": "happy", "date_of_birth": "2026-02-30"}),
    ("PUT /subscribers/{id}", 422): send_body({"email": ""}),
    ("PUT /subscribers/{id}", 409): sending(lambda world: {"email": world.bare.email}),
    **{
        (f"POST /subscribers/{{id}}/{kind}", 422): send_body({})
        for kind in ("tags", "lists", "tags/detach", "lists/detach")
    },
    ("PUT /subscribers/subscribers-property", 422): [
        *send_body({}),
        *send_body({"subscribers": [1], "property": "hash"}),
        *send_body({"subscribers": [1], "property": "status", "value": "happy"}),
    ],
    ("POST /subscribers/sync-segments", 422): [*send_body({}), *send_body({"subscribers": [1], "type": "companies"})],
    ("POST /subscribers/bulk-add-update", 422): send_body({"contacts": "none"}),
    ("GET /subscribers/changes", 400): [Request("?cursor=x"), Request("?cursor=0.1&wait=long")],
    ("GET /subscribers/changes", 410): [Request("?cursor=0.0")],
    ("GET /subscribers/prev-next-ids", 400): [Request("?filter_type=simple&current_id=1&created_after=x")],
    ("GET /subscribers/prev-next-ids", 422): [
        Request(),
        Request("?filter_type=advanced&current_id=1&advanced_filters=x"),
    ],
    ("PUT /setting", 400): send_body({"settings": {"email_settings": {"from_email": "nobody"}}}),
    ("POST /setting/run_cron", 422): send_body({"hook": "wp_version_check"}),
    ("GET /setting/double-optin", 404): [Request(f"?list_id={NO_SUCH_ID}")],
    ("PUT /setting/double-optin", 400): send_body({"settings": {"after_confirmation_type": "applause"}}),
    ("PUT /setting/double-optin", 404): send_body({"settings": OPTIN, "list_id": NO_SUCH_ID}),
    ("PUT /setting/double-optin", 422): [*send_body({}), *send_body({"settings": {"email_body": "<p>No link</p>"}})],
    ("POST /subscribers/{id}/send-double-optin", 422): [Request(bounced=True)],
    ("POST /sequences", 400): send_body({"title": "x", "status": "happy"}),
    ("POST /sequences", 422): send_body({}),
    ("PUT /sequences/{id}", 400): send_body({"title": "x", "settings": "x"}),
    ("PUT /sequences/{id}", 422): send_body({}),
    ("POST /sequences/{id}/reapply", 422): [Request()],
    ("POST /sequences/do-bulk-action", 400): send_body({"sequence_ids": "1,x"}),
    ("POST /sequences/do-bulk-action", 422): send_body({}),
    **{
        (operation, 400): send_body({"email": MAIL | {"settings": {"timings": {"delay": -1}}}})
        for operation in ("POST /sequences/{id}/email", "PUT /sequences/{id}/email/{email_id}")
    },
    **{
        (operation, 422): send_body({})
        for operation in ("POST /sequences/{id}/email", "PUT /sequences/{id}/email/{email_id}")
    },
    ("POST /sequences/{id}/email/duplicate", 400): send_body({"email_id": "x"}),
    ("POST /sequences/{id}/email/duplicate", 422): send_body({}),
    ("POST /sequences/sequence-email-update-create", 400): send_body({"route_method": "create", "sequence_id": "x"}),
    ("POST /sequences/sequence-email-update-create", 404): send_body(
        {"route_method": "create", "sequence_id": NO_SUCH_ID}
    ),
    ("POST /sequences/sequence-email-update-create", 422): [*send_body({}), *send_body({"route_method": "create"})],
    ("POST /sequences/{id}/subscribers", 400): send_body({"subscribers": {"lists": "1,x"}}),
    ("POST /sequences/{id}/subscribers", 422): send_body({}),
    ("DELETE /sequences/{id}/subscribers", 400): send_body({"tracker_ids": "1,x"}),
    ("DELETE /sequences/{id}/subscribers", 422): send_body({}),
    ("POST /templates", 400): send_body({"template": {"edit_type": "paint"}}),
    ("POST /templates", 422): send_body({}),
    ("PUT /templates/{id}", 400): send_body({"template": {"post_content": 1}}),
    ("POST /templates/set-global-style", 422): send_body({}),
    ("POST /wp-json/wp/v2/users", 400): [
        *send_body(USER | {"password": "short"}),
        *sending(lambda _: USER | {"username": User.objects.values_list("username", flat=True)[0]}),
    ],
    ("POST /wp-json/wp/v2/users", 422): send_body({}),
    ("GET /funnels", 400): [Request("?labels=[1,")],
    ("POST /funnels", 400): send_body({"funnel": {"trigger_name": "no_such_trigger"}}),
    ("POST /funnels", 422): send_body({}),
    ("GET /funnels/{id}", 400): [Request("?with=[1,")],
    ("PUT /funnels/{id}", 400): send_body({"status": "asleep"}),
    ("PUT /funnels/{id}", 422): [*send_body({}), *sending(without_tags)],
    ("POST /funnels/create-from-template", 400): send_body(
        {"template": {"content": {"funnel": {"title": "x", "trigger_name": "no_such_trigger"}}}}
    ),
    ("POST /funnels/create-from-template", 422): [
        *send_body({"template": {}}),
        *send_body({"template": {"content": "https://example.com/nothing.json"}}),
    ],
    ("POST /funnels/import", 400): send_body({**AUTOMATION, "sequences": [{"action_name": "no_such_block"}]}),
    ("POST /funnels/import", 422): [*send_body({}), *send_body({"funnel": {"title": "x"}})],
    ("POST /funnels/do-bulk-action", 400): send_body({"action_name": "delete_funnels", "funnel_ids": "1,x"}),
    ("POST /funnels/do-bulk-action", 422): [
        *send_body({"action_name": "paint"}),
        *send_body({"action_name": "delete_funnels"}),
    ],
    ("PUT /funnels/funnel/{id}/title", 400): send_body({"title": ["x"]}),
    ("PUT /funnels/funnel/{id}/title", 422): send_body({"title": ""}),
    ("PUT /funnels/{id}/change-trigger", 400): send_body({"trigger_name": "no_such_trigger", "title": "x"}),
    ("PUT /funnels/{id}/change-trigger", 422): send_body({"trigger_name": "user_register"}),
    ("PUT /funnels/{id}/update-labels", 400): send_body({"action": "paint"}),
    ("POST /funnels/{id}/sequences", 400): send_body({"sequences": [{"action_name": "no_such_block"}]}),
    ("POST /funnels/{id}/sequences", 422): send_body(UNFINISHED),
    ("POST /funnels/funnel/save-funnel-sequences", 400): sending(
        lambda world: {"funnel_id": world.automation.pk, "sequences": "no list"}
    ),
    ("POST /funnels/funnel/save-funnel-sequences", 404): send_body({"funnel_id": NO_SUCH_ID}),
    ("POST /funnels/funnel/save-funnel-sequences", 422): [
        *send_body({}),
        *sending(lambda world: {"funnel_id": world.automation.pk, **UNFINISHED}),
    ],
    ("POST /funnels/{id}/sequences/save-email-action", 400): send_body(
        {"action_data": {"campaign": MAIL | {"email_body": 1}}}
    ),
    ("POST /funnels/{id}/sequences/save-email-action", 422): send_body({}),
    ("POST /funnels/funnel/save-email-action-fallback", 400): sending(
        lambda world: {"funnel_id": world.automation.pk, "action_data": {"campaign": MAIL | {"email_body": 1}}}
    ),
    ("POST /funnels/funnel/save-email-action-fallback", 404): send_body(
        {"funnel_id": NO_SUCH_ID, "action_data": {"campaign": MAIL}}
    ),
    ("POST /funnels/funnel/save-email-action-fallback", 422): send_body({}),
    ("GET /funnels/{id}/subscribers", 400): [Request("?status=asleep")],
    ("DELETE /funnels/{id}/subscribers", 400): send_body({"subscriber_ids": "1,x"}),
    ("DELETE /funnels/{id}/subscribers", 422): send_body({}),
    ("PUT /funnels/{id}/subscribers/{contact_id}/status", 400): send_body({"status": "asleep"}),
    ("PUT /funnels/{id}/subscribers/{contact_id}/status", 422): send_body({}),
    ("POST /funnels/{id}/subscribers/{contact_id}/advance", 422): [
        *send_body({}),
        Request(body=lambda world: {"sequence_id": world.enrolment.next_block_id}, bare=True),
    ],
    ("GET /funnels/all-activities", 400): [Request("?status=asleep")],
    ("POST /funnels/remove-bulk-subscribers", 400): send_body({"funnel_subscriber_ids": "1,x"}),
    ("POST /funnels/remove-bulk-subscribers", 422): send_body({}),
    ("POST /funnels/send-test-webhook", 422): [
        *send_body({"data": {"remote_url": ""}}),
        *send_body({"data": {"remote_url": "ftp://example.com"}}),
    ],
    ("POST /labels", 400): send_body({"label": {"title": []}}),
    ("PUT /labels/{id}", 400): send_body({"label": {"title": []}}),
    ("POST /templates/do-bulk-action", 400): send_body({"action_name": "delete_templates", "template_ids": "1,x"}),
    ("POST /templates/do-bulk-action", 422): send_body({"action_name": "paint"}),
    ("GET /subscribers/{id}/emails", 400): [Request("?filter=eaten")],
    ("DELETE /subscribers/{id}/emails", 400): send_body({"email_ids": "1,x"}),
    ("POST /subscribers/{id}/emails/send", 400): send_body({"campaign": MAIL | {"title": []}}),
    ("POST /subscribers/{id}/emails/send", 422): [
        *send_body({}),
        Request(body=lambda _: {"campaign": MAIL}, bare=True),
    ],
    **{
        (path, 422): [*send_body({}), *send_body({"segment": {"title": "x", "conditions": []}})]
        for path in ("POST /dynamic-segments", "PUT /dynamic-segments/{id}")
    },
    **{
        (path, 400): send_body({"segment": IN_LEEDS | {"title": []}})
        for path in ("POST /dynamic-segments", "PUT /dynamic-segments/{id}")
    },
    **{
        (path, 400): send_body({"link": SMART_LINK | {"target_url": "ftp://x"}})
        for path in ("POST /smart-links", "PUT /smart-links/{id}")
    },
    **{(path, 422): send_body({}) for path in ("POST /smart-links", "PUT /smart-links/{id}")},
    ("POST /dynamic-segments/estimated-contacts", 422): send_body({}) + send_body({"filters": {"conditions": "x"}}),
    ("GET /reports/emails", 400): [Request("?status=eaten")],
    ("DELETE /reports/emails", 400): send_body({"email_ids": "1,x"}),
    **{
        (f"GET /reports/email-{word}", 400): [
            Request("?date_range[]=2026-01-30"),
            Request("?date_range[]=2020-01-30&date_range[]=2026-01-31"),
        ]
        for word in ("sents", "opens", "clicks")
    },
    ("POST /subscribers/{id}/notes", 400): send_body({"note": NOTE | {"type": "smoke signal"}}),
    ("POST /subscribers/{id}/notes", 422): send_body({"note": {"title": ""}}),
    ("PUT /subscribers/{id}/notes/{note_id}", 400): send_body({"note": NOTE | {"created_at": "soon"}}),
    ("PUT /subscribers/{id}/notes/{note_id}", 422): send_body({"note": {"title": "Only title"}}),
}


STORIES |= stories_of_campaigns(Request)
REFUSED |= refusals_of_campaigns(Request)

# Other answers to what was asked.
ALSO: dict[tuple[str, int], list[Request]] = {
    (f"{verb} /subscribers/do-bulk-action", 202): sending(
        lambda world: {
            "action_name": "add_to_tags",
            "action_options": [world.tag.pk, NO_SUCH_ID],
            "subscriber_ids": [world.bare.pk],
            "background": True,
        }
    )
    for verb in ("POST", "PUT")
}


@dataclass(frozen=True)
class Promise:
    """One status of one operation of the document; `key` is the operation's in STORIES."""

    verb: str
    path: str
    key: str
    status: int

    def __str__(self) -> str:
        return f"{self.status} {self.verb} {self.path}"


def promises() -> Iterator[Promise]:
    for path, verbs in document()["paths"].items():
        for verb, operation in verbs.items():
            original = operation.get("x-alias-of", f"{verb.upper()} {path}")
            for status in operation["responses"]:
                yield Promise(verb.upper(), path, original.replace(FLUENTCRM, ""), int(status))


@pytest.fixture(autouse=True)
def _receiver_of_webhooks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automations.api.viewsets.reports.post_now", lambda _: Answer(200, "", "", 1))


@pytest.fixture(autouse=True)
def _own_counters(settings: Any, tmp_path: Path) -> None:
    settings.RATE_LIMIT_FILE = tmp_path / "rate_limits"


def fail(*args: Any, **kwargs: Any) -> None:
    raise ZeroDivisionError


def lose_the_database(*args: Any, **kwargs: Any) -> None:
    raise OperationalError


@pytest.mark.parametrize("promise", list(promises()), ids=str)
def test_it_answers_as_documented(
    promise: Promise, admin: User, world: World, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = DocumentedApi(admin)
    requests, ids = STORIES[promise.key], {}
    match promise.status:
        case 202:
            requests = ALSO[promise.key, 202]
        case 401:
            api = DocumentedApi()
        case 403:
            api = DocumentedApi(UserFactory.create())
        case 404:
            # A tag or list that there is not is null; a campaign that was deleted has no mails.
            shown = promise.key in (
                "GET /tags/{id}",
                "GET /lists/{id}",
                "GET /funnels/subscriber/{id}/automations",
                "GET /campaigns/{id}/emails",
            )
            ids = dict.fromkeys(("id", "note_id", "email_id"), TOO_LONG_AN_ID if shown else NO_SUCH_ID)
            requests = [request for request in requests if "get_by_email" not in request.query]
            requests = REFUSED.get((promise.key, 404), requests)
        case 413:
            settings.MAX_BODY_BYTES = 1
        case 415:
            requests = [Request(body=lambda _: b"<xml/>", content_type="application/xml")]
        case 429:
            settings.FAILED_LOGINS_A_MINUTE = 1
            api.headers["Authorization"] = "Basic wrong"
            assert [api.get("/tags").status_code for _ in range(2)] == [401, 429]
        case 500 | 503:
            monkeypatch.setattr(RestView, "initial", fail if promise.status == 500 else lose_the_database)
        case 400:
            requests = [*UNREADABLE, *REFUSED.get((promise.key, 400), [])]
        case 409 | 410 | 422:
            requests = REFUSED[promise.key, promise.status]
    for request in requests:
        answer = request.send(api, world, promise.verb, promise.path, **ids)
        assert answer.status_code == promise.status, answer.content


@pytest.mark.parametrize("promise", [promise for promise in promises() if promise.status in (400, 422)], ids=str)
def test_it_names_no_error_body_that_never_comes(promise: Promise, admin: User, world: World) -> None:
    responses = document()["paths"][promise.path][promise.verb.lower()]["responses"]
    schema = responses[str(promise.status)]["content"]["application/json"]["schema"]
    unseen = [one["$ref"] for one in schema.get("anyOf", [schema])]
    unreadable = UNREADABLE if promise.status == 400 else []
    for request in [*unreadable, *REFUSED.get((promise.key, promise.status), [])]:
        answer = request.send(DocumentedApi(admin), world, promise.verb, promise.path).json()
        unseen = [name for name in unseen if not validator_of({"$ref": name}).is_valid(answer)]
    assert unseen == []


@pytest.mark.parametrize("key", sorted(STORIES))
def test_it_names_no_key_that_no_answer_has(key: str, admin: User, world: World) -> None:
    verb, _, path = key.partition(" ")
    path = path if path.startswith("/wp-json") else FLUENTCRM + path
    content = document()["paths"][path][verb.lower()]["responses"]
    content = (content.get("200") or content["201"])["content"]
    if "application/json" not in content:
        return
    schema = content["application/json"]["schema"]
    seen: set[str] = set()
    api = DocumentedApi(admin)
    for request in STORIES[key]:
        answer = request.send(api, world, verb, path)
        seen |= set(keys_seen(schema, answer.json()))
        # Some stories take away what others need.
        if verb == "DELETE":
            break
    assert set(keys_named(schema)) - seen == set()


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def branches(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schemas directly inside, each with its place."""
    schema = resolve(schema)
    for one in schema.get("anyOf", []):
        yield from branches(one)
    for name, inner in schema.get("properties", {}).items():
        yield f".{name}", inner
    if schema.get("maxItems") != 0 and isinstance(schema.get("items"), dict):
        yield "[]", schema["items"]
    if isinstance(schema.get("additionalProperties"), dict):
        yield ".*", schema["additionalProperties"]


def keys_named(schema: dict[str, Any], place: str = "") -> Iterator[str]:
    for step, inner in branches(schema):
        if step not in ("[]", ".*"):
            yield place + step
        yield from keys_named(inner, place + step)


def keys_seen(schema: dict[str, Any], value: Any, place: str = "") -> Iterator[str]:
    named = dict(branches(schema))
    if isinstance(value, list) and "[]" in named:
        for entry in value:
            yield from keys_seen(named["[]"], entry, f"{place}[]")
    if isinstance(value, dict):
        for name, inner in value.items():
            step = f".{name}" if f".{name}" in named else ".*"
            if step in named:
                yield place + step
                yield from keys_seen(named[step], inner, place + step)
