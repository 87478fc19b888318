"""The form of a campaign in the admin, and what it shares with that of a recurring one: words, and whom it goes to."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from unfold.widgets import UnfoldBooleanSwitchWidget

from campaigns.api.serializers import NO_WAY_OUT, shows_way_out
from campaigns.models import Campaign
from campaigns.selection import ADVANCED, ALL, LIST_TAG, SEGMENT, Row, read_rows
from dynamic_segments.models import DynamicSegment
from emails.models import Written
from staff.condition_field import ConditionsField, as_text
from staff.condition_reading import Read
from staff.contact_form import chooser
from staff.mail_templates import TemplateForm
from staff.mail_words import offer_design
from staff.widgets import themed

WRITTEN = ("title", "subject", "pre_header", "body", "design")
AMBIGUOUS = "Untick everybody, or choose no lists, tags, segment and conditions."
# The fields of what is written are those of templates.
BASE: Any = cast(Any, TemplateForm).base_fields
CHOSEN = ("everybody", "lists", "tags", "segment", "advanced_filters", "not_on_lists", "without_tags")


class AddressedForm(TemplateForm):
    """What is written, held to the rules of templates, and whom it goes to."""

    title, subject, pre_header, body, design = (BASE[name] for name in WRITTEN)
    everybody = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Every contact who may get campaigns, in place of a choice of lists, tags, a segment or conditions.",
    )
    lists = chooser("lists")
    tags = chooser("tags")
    segment = forms.ModelChoiceField(
        DynamicSegment.objects.order_by("title"),
        required=False,
        help_text="Only the contacts of this dynamic segment. Lists and tags above are then not used.",
    )
    advanced_filters = ConditionsField(
        required=False,
        label="Conditions",
        help_text="Only the contacts who meet these conditions. Lists, tags and segment above are then not used.",
    )
    not_on_lists = chooser("lists")
    without_tags = chooser("tags")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["lists"].help_text = "Contacts on at least one of these lists ..."
        self.fields["tags"].help_text = "... or with at least one of these tags. Each contact gets one mail."
        self.fields["not_on_lists"].help_text = "Nobody who is on one of these lists ..."
        self.fields["without_tags"].help_text = "... or has one of these tags."
        if self.instance.pk:
            self.initial.update({name: getattr(self.mail, name) for name in WRITTEN})
            self.initial.update(chosen_in(self.instance.recipients))
        offer_design(self)
        themed(self.fields)

    @property
    def mail(self) -> Written:
        """What has the words of the row that is changed."""
        raise NotImplementedError

    def clean_title(self) -> str:
        title = super().clean_title()
        if not title:
            raise forms.ValidationError("Give the campaign a title.")
        return title

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        settings = self.mail.settings if self.instance.pk else {}
        if not shows_way_out(cleaned.get("design") or "simple", cleaned.get("body") or "", settings):
            self.add_error("body", NO_WAY_OUT)
        if cleaned.get("segment") and self.asked:
            self.add_error("advanced_filters", "Choose a segment or conditions, not both.")
        chosen = self.asked or any(cleaned.get(name) for name in ("lists", "tags", "segment"))
        if cleaned.get("everybody") and chosen:
            self.add_error(None, AMBIGUOUS)
        return cleaned

    @property
    def recipients(self) -> dict[str, Any] | None:
        """What was chosen, in FluentCRM's words; None if it is what was chosen before."""
        return self.choice if any(name in self.changed_data for name in CHOSEN) else None

    @property
    def choice(self) -> dict[str, Any]:
        """What is chosen in the form, in FluentCRM's words."""
        chosen = self.cleaned_data
        segment, everybody = chosen["segment"], [{"list": ALL, "tag": ALL}]
        return {
            "sending_filter": SEGMENT if segment else ADVANCED if self.asked else LIST_TAG,
            "subscribers": everybody if chosen["everybody"] else as_rows(chosen["lists"], chosen["tags"]),
            "excludedSubscribers": as_rows(chosen["not_on_lists"], chosen["without_tags"]),
            "dynamic_segment": {"id": segment.pk, "slug": ""} if segment else None,
            "advanced_filters": self.asked.groups if self.asked else [],
        }

    @property
    def asked(self) -> Read | None:
        """The conditions, if there are any."""
        read: Read | None = self.cleaned_data.get("advanced_filters")
        return read if read and read.groups else None

    @property
    def conditions(self) -> Any:
        """The conditions as a campaign keeps them beside its choice."""
        return self.asked.conditions.to_json() if self.asked else []


class CampaignForm(AddressedForm):
    """A campaign that leaves once."""

    scheduled_at = forms.SplitDateTimeField(
        required=False,
        widget=AdminSplitDateTime,
        help_text="When the action 'Schedule' lets it leave, in the site's time zone. Empty: at once.",
    )

    class Meta(TemplateForm.Meta):
        model: Any = Campaign
        fields: ClassVar = []

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk:
            self.initial["scheduled_at"] = self.instance.scheduled_at

    @property
    def mail(self) -> Written:
        mailing: Written = self.instance.mailing
        return mailing


def as_rows(lists: Any, tags: Any) -> list[dict[str, str]]:
    return [
        *({"list": str(row.pk), "tag": ALL} for row in lists),
        *({"list": ALL, "tag": str(row.pk)} for row in tags),
    ]


def chosen_in(recipients: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a choice, as far as the form can show it."""
    shown: dict[str, Any] = {}
    names = {"subscribers": ("lists", "tags"), "excludedSubscribers": ("not_on_lists", "without_tags")}
    for key, (lists, tags) in names.items():
        rows = read_rows(recipients.get(key), key)
        shown[lists] = [row.list for row in rows if row.list and not row.tag]
        shown[tags] = [row.tag for row in rows if row.tag and not row.list]
        if key == "subscribers" and recipients.get("sending_filter") == LIST_TAG:
            shown["everybody"] = Row(None, None) in rows
    if recipients.get("sending_filter") == SEGMENT:
        shown["segment"] = (recipients.get("dynamic_segment") or {}).get("id")
    if recipients.get("sending_filter") == ADVANCED:
        groups = recipients.get("advanced_filters")
        shown["advanced_filters"] = "" if groups == [[]] else as_text(groups)
    return shown
