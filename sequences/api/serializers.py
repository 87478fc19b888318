"""What a client may send of a sequence and of its mails."""

from datetime import time
from typing import Any, ClassVar

from rest_framework import serializers

from emails.api.serializers import MailingSerializer
from rest.numbers import as_integer
from sequences.models import EmailSequence, Unit
from sequences.windows import DAYS
from wp_rest.exceptions import FieldErrors
from wp_rest.fields import ChoiceTextField, KeptObjectField, PlainTextField
from wp_rest.parameters import as_list, is_true
from wp_rest.parsers import as_object

PUBLISHED, DRAFT = EmailSequence.Status.PUBLISHED, EmailSequence.Status.DRAFT
# FluentCRM's pages write a published sequence in more than one way.
STATUSES = {"working": PUBLISHED, "published": PUBLISHED, "draft": DRAFT, "archived": DRAFT}
# Ten years.
LONGEST = 10 * 366 * 24 * 3600
SECONDS: dict[str, int] = {Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86400, Unit.WEEKS: 604800}


class SequenceSerializer(serializers.ModelSerializer[EmailSequence]):
    title = PlainTextField(allow_blank=False)
    status = ChoiceTextField(tuple(STATUSES), required=False)
    settings = KeptObjectField(required=False)

    class Meta:
        model = EmailSequence
        fields: ClassVar = ["title", "status", "settings"]

    def validate_status(self, word: str) -> str:
        return str(STATUSES[word]) if word else str(PUBLISHED)

    def validate_settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        return checked_sender(settings)


class SequenceMailSerializer(MailingSerializer):
    """A mail of a sequence, as `email`. What says when it leaves is in `settings`, as `timings`."""

    template_id = PlainTextField(required=False, allow_null=True, max_length=19)
    utm_status = PlainTextField(required=False, allow_null=True, max_length=5)
    utm_source = PlainTextField(required=False, allow_null=True)
    utm_medium = PlainTextField(required=False, allow_null=True)
    utm_campaign = PlainTextField(required=False, allow_null=True)
    utm_term = PlainTextField(required=False, allow_null=True)
    utm_content = PlainTextField(required=False, allow_null=True)

    class Meta(MailingSerializer.Meta):
        fields: ClassVar = [
            *MailingSerializer.Meta.fields,
            "template_id",
            "utm_status",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "utm_content",
        ]

    def validate_template_id(self, text: str | None) -> int | None:
        number = as_integer(text or 0)
        if number is None or number < 0:
            raise serializers.ValidationError("The template_id must be an id.", code="id")
        return number or None

    def validate_utm_status(self, text: str | None) -> int:
        return int(is_true(text or ""))

    def validate_settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        return checked_sender(settings) | (
            {"timings": read_timings(settings["timings"])} if settings.get("timings") else {}
        )


def checked_sender(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings, whose mailer_settings are texts. Raises ValidationError."""
    if "mailer_settings" not in settings:
        return settings
    sender = as_object(settings["mailer_settings"] or {})
    if sender is None or not all(isinstance(value, str | None) for value in sender.values()):
        raise wrong("mailer_settings", "The mailer_settings must be an object of texts.")
    return {**settings, "mailer_settings": {name: value or "" for name, value in sender.items()}}


def read_timings(sent: Any) -> dict[str, Any]:
    """When a mail leaves, as columns of SequenceMail. Raises ValidationError."""
    timings = as_object(sent)
    if timings is None:
        raise wrong("timings", "The timings must be an object.")
    unit = timings.get("delay_unit") or Unit.DAYS
    if not isinstance(unit, str) or unit not in SECONDS:
        raise wrong("delay_unit", f"The delay_unit must be one of: {', '.join(SECONDS)}.")
    amount = as_integer(timings.get("delay") or 0)
    if amount is None or not 0 <= amount * SECONDS[unit] <= LONGEST:
        raise wrong("delay", "The delay must be a whole number, and at most ten years.")
    starts_at, ends_at = read_times(timings)
    return {
        "delay_amount": amount,
        "delay_unit": str(unit),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "days": read_days(timings),
    }


def read_times(timings: Any) -> tuple[time | None, time | None]:
    """From when to when a mail may leave; nothing for "at any time". One time is a start alone."""
    if is_true(timings.get("is_anytime", "yes")):
        return None, None
    try:
        times = [time.fromisoformat(str(at)) for at in as_list(timings.get("sending_time"), "sending_time") if at]
    except (FieldErrors, ValueError):
        times = []
    if len(times) not in (1, 2) or any(at.tzinfo for at in times):
        raise wrong("sending_time", "The sending_time must be a time such as 09:00, or two of them.")
    starts_at, *others = (at.replace(second=0, microsecond=0) for at in times)
    ends_at = others[0] if others else None
    return starts_at, None if ends_at == starts_at else ends_at


def read_days(timings: Any) -> list[str]:
    """The days of the week on which a mail may leave, in their order; none for every day."""
    if not is_true(timings.get("selected_days_only", "no")):
        return []
    try:
        named = as_list(timings.get("allowed_days"), "allowed_days")
    except FieldErrors:
        named = []
    if not named or any(day not in DAYS for day in named):
        raise wrong("allowed_days", f"The allowed_days must be some of: {', '.join(DAYS)}.")
    return [day for day in DAYS if day in named]


def wrong(name: str, text: str) -> serializers.ValidationError:
    return serializers.ValidationError({name: serializers.ErrorDetail(text, code="invalid")})
