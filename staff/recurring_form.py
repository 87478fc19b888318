"""The form of a recurring campaign in the admin: what is written, whom it goes to, and when it comes again."""

from collections.abc import Mapping
from datetime import time
from typing import Any, ClassVar

from django import forms
from rest_framework.serializers import ValidationError as Refused

from campaigns.api.recipients import NOBODY
from campaigns.api.recurring_serializers import read_day
from campaigns.models import Frequency, Recurring
from campaigns.selection import read_rows
from emails.models import Written
from labels.models import Label
from labels.services import labels_of
from staff.campaign_form import CHOSEN, AddressedForm
from staff.mail_templates import TemplateForm

SCHEDULE = ("frequency", "time", "send_automatically")
NINE = time(9)
# The field with the day, for each frequency that has one.
DAYS: Mapping[str, str] = {Frequency.WEEKLY: "weekday", Frequency.MONTHLY: "month_day", Frequency.YEARLY: "year_day"}
DAY_NAMES = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


class RecurringForm(AddressedForm):
    """Only that field of a day counts that belongs to the frequency."""

    weekday = forms.ChoiceField(choices=list(DAY_NAMES.items()), required=False, label="Day of the week")
    month_day = forms.CharField(
        max_length=2,
        required=False,
        label="Day of the month",
        help_text="From 1 to 31; in a shorter month the last day.",
    )
    year_day = forms.CharField(
        max_length=5, required=False, label="Day of the year", help_text="A month and a day, such as 12-24."
    )
    labels = forms.ModelMultipleChoiceField(
        Label.objects.order_by("title", "pk"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta(TemplateForm.Meta):
        model: Any = Recurring
        fields: ClassVar = [*SCHEDULE]
        help_texts: ClassVar = {}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kept_labels: set[int] = set()
        self.initial["time"] = self.instance.time or NINE
        if self.instance.pk:
            self.kept_labels = {label.pk for label in labels_of("recurring", [self.instance.pk])[self.instance.pk]}
            self.initial["labels"] = list(self.kept_labels)
            if name := DAYS.get(self.instance.frequency):
                self.initial[name] = self.instance.day

    @property
    def mail(self) -> Written:
        recurring: Written = self.instance
        return recurring

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name = DAYS.get(cleaned.get("frequency") or "")
        try:
            cleaned["day"] = read_day(cleaned.get("frequency") or "", cleaned.get(name) or "") if name else ""
        except Refused as error:
            detail: Any = error.detail
            self.add_error(name, [str(text) for text in detail["day"]])
        if self.instance.status == Recurring.Status.ACTIVE:
            for column in ("subject", "body"):
                if not cleaned.get(column) and column not in self.errors:
                    self.add_error(column, "What is sent again and again needs one.")
        chooses = self.instance.pk is None or self.recipients is not None
        if chooses and not any(name in self.errors for name in CHOSEN) and is_nobody(self.choice):
            self.add_error(None, NOBODY)
        return cleaned


def is_nobody(choice: Any) -> bool:
    return not choice["dynamic_segment"] and not read_rows(choice["subscribers"], "subscribers")
