"""What happens to contacts, as triggers: created, status, fields, clicks, forms, events, birthdays, users of the site."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.db.models import Q

from automations.models import Automation
from automations.parts.goals import goal_of
from automations.parts.values import Settings, ids, text, texts
from automations.registry import Entered, Trigger, register_block, register_trigger
from changes.models import Change
from subscribers.models import Status, Subscriber
from subscribers.services import Draft, upsert_contacts


@register_trigger
class ContactCreated(Trigger):
    name, label, events = "fluent_crm/contact_created", "Contact Created", ("created",)
    description = "Starts when a contact is created."


@register_trigger
class StatusChanged(Trigger):
    """From one of `from_status`, if any is named, to one of `status`."""

    name, label, events = "fluent_crm/contact_status_changed", "Status Changed", ("status_changed",)
    description = "Starts when a contact gets one of the statuses."
    waits_for_consent = False
    settings: ClassVar[Settings] = {"status": [], "from_status": []}

    def matches(self, entry: Change, settings: Settings) -> bool:
        got = entry.details.get("status") or [""]
        wanted, before = texts(settings, "status"), texts(settings, "from_status")
        return (not wanted or got[0] in wanted) and (not before or entry.details.get("previous") in before)


@register_trigger
class FieldChanged(Trigger):
    """A custom field or column of `fields`; with `value`, that has this value now."""

    name, label, events = "fluent_crm/contact_field_changed", "Field Changed", ("updated",)
    description = "Starts when a field of a contact is changed."
    settings: ClassVar[Settings] = {"fields": [], "value": ""}

    def check(self, settings: Settings) -> str:
        return "" if texts(settings, "fields", "field") else "Choose the fields."

    def matches(self, entry: Change, settings: Settings) -> bool:
        changed = changed_fields(entry.details)
        return any(name.removeprefix("custom.") in changed for name in texts(settings, "fields", "field"))

    def narrow(self, settings: Settings) -> Q:
        value = text(settings, "value")
        if not value:
            return Q()
        columns = {field.name for field in Subscriber._meta.concrete_fields}
        has = Q()
        for name in texts(settings, "fields", "field"):
            plain = name.removeprefix("custom.")
            has |= Q(**{plain if plain in columns else f"custom_values__{plain}": value})
        return has


def changed_fields(details: Any) -> set[str]:
    """The columns and custom fields that an entry says were changed."""
    columns = details.get("columns") or {}
    changed = {*columns, *(details.get("custom_values") or {}), *(details.get("custom_fields") or ())}
    if isinstance(columns, dict) and "custom_values" in columns:
        before, after = columns["custom_values"]
        changed |= {slug for slug in {*before, *after} if before.get(slug) != after.get(slug)}
    return changed


@register_trigger
class LinkClicked(Trigger):
    """One of the addresses, in any mail or in the mailings that are named. Without both, any link."""

    name, label, events = "fluent_crm/link_clicked", "Link Clicked", ("message_clicked",)
    description = "Starts when a contact follows a link of a mail."
    settings: ClassVar[Settings] = {"links": [], "mailing_ids": []}

    def matches(self, entry: Change, settings: Settings) -> bool:
        links = {link.rstrip("/") for link in texts(settings, "links", "urls", "url")}
        mailings = ids(settings, "mailing_ids", "campaign_id")
        return (not links or str(entry.details.get("url", "")).rstrip("/") in links) and (
            not mailings or entry.subject_id in mailings
        )


register_block(goal_of(LinkClicked, "fluencrm_benchmark_link_clicked", "Link Click"))


@register_trigger
class HookReceived(Trigger):
    name, label, events = "fluent_crm/hook_received", "Form Sent to a Hook", ("hook_received",)
    description = "Starts when a contact comes through one of the incoming hooks."
    settings: ClassVar[Settings] = {"hook_ids": []}

    def matches(self, entry: Change, settings: Settings) -> bool:
        wanted = ids(settings, "hook_ids", "hook_id")
        return not wanted or entry.subject_id in wanted


@register_trigger
class EventTracked(Trigger):
    name, label, events = "fluent_crm/event_tracked", "Event Tracked", ("event_tracked",)
    description = "Starts when another system reports one of the events of a contact."
    settings: ClassVar[Settings] = {"event_keys": []}

    def matches(self, entry: Change, settings: Settings) -> bool:
        wanted = texts(settings, "event_keys", "event_key")
        return not wanted or entry.details.get("event_key") in wanted


register_block(goal_of(EventTracked))


@register_trigger
class Birthday(Trigger):
    """Not read from history: automations.birthdays enrols everybody whose birthday it is, once a day."""

    name, label = "fluent_crm/contact_birthday", "Contact's Birthday"
    description = "Starts on the birthday of a contact, each year, at an hour of the site's time zone."
    settings: ClassVar[Settings] = {"time": "09:00"}
    conditions: ClassVar[Settings] = {}


@register_trigger
class UserRegistered(Trigger):
    """Makes the contact of the user, with `subscription_status`, unless there is one; that one is left as it is."""

    name, label, events = "user_register", "New User Sign Up", ("user_registered",)
    category, icon = "WordPress Triggers", "fc-icon-wp_new_user_signup"
    description = "Starts when a user of the site registers."
    settings: ClassVar[Settings] = {"subscription_status": "subscribed"}
    conditions: ClassVar[Settings] = {"update_type": "update", "user_roles": []}

    def contacts(self, entries: Collection[Change], automation: Automation) -> Collection[Entered]:
        """The statements of upsert_contacts, and two."""
        conditions = automation.conditions if isinstance(automation.conditions, dict) else {}
        roles = texts(conditions, "user_roles")
        if roles and "subscriber" not in roles:
            return []
        users = get_user_model()._default_manager.filter(pk__in=[entry.subject_id for entry in entries])
        by_address = {user.email.strip().lower(): user for user in users.exclude(email="")}
        known = {
            email.lower(): pk
            for pk, email in Subscriber.objects.all().with_any_email(by_address).values_list("pk", "email")
        }
        status = text(automation.settings if isinstance(automation.settings, dict) else {}, "subscription_status")
        drafts = [
            Draft(
                {
                    "email": user.email,
                    "first_name": user.first_name or None,
                    "last_name": user.last_name or None,
                    "status": status if status in Status.values else Status.SUBSCRIBED,
                }
            )
            for address, user in by_address.items()
            if address not in known
        ]
        made = {address: one.id for address, one in upsert_contacts(drafts).items()} if drafts else {}
        found = made if text(conditions, "update_type") == "skip_all_if_exist" else known | made
        entry_of = {entry.subject_id: entry.pk for entry in entries}
        return [Entered(pk, entry_of.get(by_address[address].pk)) for address, pk in found.items()]
