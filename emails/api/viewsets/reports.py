"""/reports/email-sents, -opens and -clicks: how many mails each day."""

from datetime import date, timedelta
from typing import ClassVar

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from emails.reading import TimeColumn, messages_by_day
from wp_rest.dates import read_date
from wp_rest.exceptions import invalid
from wp_rest.parameters import as_list
from wp_rest.viewsets import RestViewSet

VIEW = "emails.view_message"
# As recorded: today and the thirty days before.
DAYS = timedelta(days=30)
LONGEST = timedelta(days=1100)


class EmailReportViewSet(RestViewSet):
    """Numbers by day, in the site's time zone; `date_range` has the first and the last day."""

    rights: ClassVar = {"email_sents": VIEW, "email_opens": VIEW, "email_clicks": VIEW}

    @action(detail=False, url_path="email-sents")
    def email_sents(self, request: Request) -> Response:
        return self.by_day("sent_at")

    @action(detail=False, url_path="email-opens")
    def email_opens(self, request: Request) -> Response:
        return self.by_day("opened_at")

    @action(detail=False, url_path="email-clicks")
    def email_clicks(self, request: Request) -> Response:
        return self.by_day("clicked_at")

    def by_day(self, column: TimeColumn) -> Response:
        return Response({"stats": messages_by_day(column, *self.days())})

    def days(self) -> tuple[date, date]:
        """The days that are asked for. Raises FieldErrors (400)."""
        sent = as_list(self.params.get("date_range"), "date_range")
        if not sent:
            today = timezone.localdate()
            return today - DAYS, today
        days = [read_date(str(day)[:10]) for day in sent]
        if len(days) != 2 or days[0] is None or days[1] is None:
            raise invalid("date_range", "The date_range must be two dates such as 2026-01-31.", "date")
        first, last = sorted(day for day in days if day)
        if last - first > LONGEST:
            raise invalid("date_range", f"The date_range may not be longer than {LONGEST.days} days.", "max")
        return first, last
