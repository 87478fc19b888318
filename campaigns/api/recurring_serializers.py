"""What a client may send of a recurring campaign, and of one of its mails."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from rest_framework import serializers

from campaigns.api.recipients import NOBODY, Choice, read_choice
from campaigns.api.serializers import MailSerializer, MailSettingsField
from campaigns.models import Frequency, Status
from campaigns.services.recurring import DAYS_OF_WEEK
from emails.api.serializers import MarkupField
from rest.fields import InputField
from wp_rest.exceptions import FieldErrors, Unprocessable, invalid
from wp_rest.fields import ChoiceTextField, PlainTextField
from wp_rest.parameters import is_empty, is_true
from wp_rest.parsers import as_object

CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?", re.ASCII)
DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
# The longest that each month can be.
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
NO_CONDITIONS = "This server knows no posts or products, so a recurring campaign cannot have sending_conditions."


class TimeField(InputField):
    default_error_messages = {"time": "The {name} must be a time such as 09:30."}

    def to_internal_value(self, data: Any) -> time:
        found = CLOCK.fullmatch(data.strip()) if isinstance(data, str) else None
        if found is None:
            self.fail("time")
        return time(int(found[1]), int(found[2]))


class SchedulingSerializer(serializers.Serializer[Any]):
    type = ChoiceTextField(tuple(Frequency.values), source="frequency", allow_blank=False)
    day = PlainTextField(required=False, allow_null=True, max_length=16)
    time = TimeField()
    send_automatically = PlainTextField(required=False, allow_null=True)

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        sent["day"] = read_day(sent["frequency"], sent.get("day") or "")
        sent["send_automatically"] = is_true(sent.get("send_automatically") or "yes")
        return sent


def read_day(frequency: str, day: str) -> str:
    """The day as campaigns.models.Recurring keeps it. Raises ValidationError."""
    day = day.strip().lower()
    match frequency:
        case Frequency.DAILY:
            return ""
        case Frequency.WEEKLY:
            if (short := day[:3]) in DAYS_OF_WEEK:
                return short
            text = f"The day of a week must be one of: {', '.join(DAYS_OF_WEEK)}."
        case Frequency.MONTHLY:
            if day.isascii() and day.isdigit() and 1 <= int(day) <= 31:
                return str(int(day))
            text = "The day of a month must be a number from 1 to 31."
        case _:
            found = DAY_OF_YEAR.fullmatch(day[-5:])
            if found and int(found[2]) <= LENGTHS[int(found[1]) - 1]:
                return day[-5:]
            text = "The day of a year must be a month and a day such as 12-24."
    raise serializers.ValidationError({"day": [serializers.ErrorDetail(text, code="day")]})


class TitledSerializer(serializers.Serializer[Any]):
    """The title and the settings of a recurring campaign, as it is made or as its settings change."""

    title = PlainTextField(allow_blank=False)
    settings = MailSettingsField()

    @property
    def columns(self) -> dict[str, Any]:
        """What is sent but for the settings of the mail. Raises what the answer says."""
        sent = as_object(self.initial_data.get("settings")) or {}
        columns: dict[str, Any] = {"title": self.validated_data["title"], **read_scheduling(sent)}
        if not is_empty(sent.get("sending_conditions")):
            raise Unprocessable(NO_CONDITIONS)
        if "subscribers_settings" in sent:
            choice = read_recipients(sent["subscribers_settings"])
            columns |= {"recipients": choice.recipients, "conditions": choice.conditions}
        return columns


def read_scheduling(settings: Mapping[str, Any]) -> dict[str, Any]:
    """When it comes again, from `scheduling_settings`. Raises ValidationError and FieldErrors."""
    sent = as_object(settings.get("scheduling_settings") or {})
    if not sent:
        name = "settings.scheduling_settings"
        raise FieldErrors({name: {"required": f"The {name} field is required."}})
    serializer = SchedulingSerializer(data=sent)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def read_recipients(sent: Any) -> Choice:
    chosen = as_object(sent or {})
    if chosen is None:
        raise invalid("subscribers_settings", "The subscribers_settings must be an object.", "object")
    choice = read_choice(chosen)
    if choice.is_nobody:
        raise Unprocessable(NOBODY)
    return choice


class RecurringMailSerializer(MailSerializer):
    """What is written in a recurring campaign."""

    title = PlainTextField(required=False, allow_blank=False)
    email_subject = PlainTextField(max_length=500, allow_blank=False)
    email_body = MarkupField()

    def validate_email_body(self, body: str) -> str:
        if not body.strip():
            raise serializers.ValidationError("The email_body field is required.", code="required")
        return body


class RunSerializer(MailSerializer):
    """What is written in one mail of a recurring campaign, and what becomes of it."""

    title = PlainTextField(required=False, allow_blank=False)
    status = ChoiceTextField((Status.DRAFT.value, Status.PENDING.value, Status.CANCELLED.value), required=False)
