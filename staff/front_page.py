"""The admin's front page: how the site is, from kept numbers. Each user sees what they may view."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from database.sql import read, stored_datetime
from reports.services.daily import Day, read_days
from segments.counts import Counted, contacts_by_status, largest
from staff.charts import Chart, chart
from staff.contact_names import may_view_contacts
from staff.happened import last_changes, mine
from subscribers.models import Status

# Periods that one may choose, in days; the first is shown.
PERIODS = (30, 7, 90)
# What segments.counts calls it, its title, its model.
TOPS = (("tag", "Largest tags", "tag"), ("list", "Largest lists", "contactlist"))
# Rows of the lists of what there is most of, or newest.
TOP = 6
# Problems of so many days are told.
RECENT_DAYS = 7
# Contacts in an automation are counted up to here.
MANY = 1_000
# Published ones, the newest first; automations_by_status counts who is on the way.
AT_WORK = """
    SELECT a.id, a.title, (
        SELECT count(*) FROM (
            SELECT 1 FROM automations_enrolment e
            WHERE e.automation_id = a.id AND e.status IN ('active', 'waiting', 'pending') LIMIT %s
        ) inside
    )
    FROM automations_automation a WHERE a.status = 'published' ORDER BY a.id DESC LIMIT %s
"""


class Problem(NamedTuple):
    """What staff should look at: who may see it, how many there are (SQL), in which words, and where they are."""

    right: str
    counting: str
    one: str
    many: str
    model: tuple[str, str]
    query: str = ""


PROBLEMS = (
    Problem(
        "emails.view_message",
        # By the index emails_not_sent.
        "SELECT count(*) FROM emails_message WHERE state = 'unsure'",
        "mail may have arrived or not",
        "mails may have arrived or not",
        ("emails", "message"),
        "?state__exact=unsure",
    ),
    Problem(
        "jobs.view_job",
        # Jobs are kept for JOBS_RETENTION_DAYS: they are few.
        "SELECT count(*) FROM jobs_job WHERE state = 'failed' AND finished_at > %s",
        "background job failed in the last 7 days",
        "background jobs failed in the last 7 days",
        ("jobs", "job"),
        "?state__exact=failed",
    ),
    Problem(
        "webhooks.view_endpoint",
        # One lane for each endpoint: they are few.
        "SELECT count(*) FROM webhooks_lane WHERE failing_since IS NOT NULL",
        "receiver of webhooks does not answer",
        "receivers of webhooks do not answer",
        ("webhooks", "endpoint"),
    ),
)


@dataclass(frozen=True)
class Tile:
    """A number with a word, and the list that it leads to."""

    label: str
    number: str
    detail: str = ""
    link: str = ""


def context(request: HttpRequest, values: dict[str, Any]) -> dict[str, Any]:
    """DASHBOARD_CALLBACK: what the front page shows besides what every page does."""
    period = chosen_period(request)
    sections: dict[str, Any] = {}
    may = permitted(request)
    shows_contacts = may_view_contacts(request.user)
    if shows_contacts:
        statuses = contacts_by_status()
        days = read_days(period, sum(statuses.values()))
        sections |= {"tiles": contact_tiles(statuses, days), "charts": [growth_chart(days)]}
        if may("emails.view_message"):
            sections["mail_tiles"] = mail_tiles(days)
            sections["charts"].append(mail_chart(days))
        tops = [top for top in TOPS if may(f"segments.view_{top[2]}")]
        found = largest(TOP) if tops else {}
        sections["tops"] = [
            {"title": title, "rows": ranked(found[kind], model), "link": changelist("segments", model)}
            for kind, title, model in tops
        ]
    if may("automations.view_automation"):
        sections["automations"] = automations_at_work()
    sections["problems"] = problems(may)
    if may("changes.view_change"):
        sections["last"] = last_changes(hides=not shows_contacts)
    sections["mine"] = mine(request, hides=not shows_contacts)
    return {**values, **sections, "period": period, "periods": sorted(PERIODS)}


def chosen_period(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return next((period for period in PERIODS if asked == str(period)), PERIODS[0])


def permitted(request: HttpRequest) -> Callable[[str], bool]:
    user: Any = request.user
    return lambda right: bool(user.has_perm(right))


def changelist(app: str, model: str, query: str = "") -> str:
    return reverse(f"admin:{app}_{model}_changelist") + query


def contact_tiles(statuses: dict[str, int], days: list[Day]) -> list[Tile]:
    contacts = changelist("subscribers", "subscriber")
    new, lost = sum(day.created for day in days), sum(day.left + day.deleted for day in days)
    everybody = Tile("Contacts", f"{sum(statuses.values()):,}", f"{new:,} new, {lost:,} left or deleted", contacts)
    return [
        everybody,
        *(
            Tile(str(label), f"{statuses[status]:,}", share(statuses[status], statuses), f"{contacts}?status={status}")
            for status, label in Status.choices
            if statuses.get(status)
        ),
    ]


def share(number: int, statuses: dict[str, int]) -> str:
    return f"{100 * number / max(sum(statuses.values()), 1):.1f} %"


def mail_tiles(days: list[Day]) -> list[Tile]:
    sent = sum(day.sent for day in days)
    tiles = [Tile("Mails sent", f"{sent:,}")]
    for label, name in (("Opened", "opened"), ("Clicked", "clicked"), ("Bounced", "bounced")):
        number = sum(getattr(day, name) for day in days)
        tiles.append(Tile(label, f"{number:,}", f"{100 * number / sent:.1f} % of the sent" if sent else ""))
    return tiles


def growth_chart(days: list[Day]) -> Chart:
    lines = {"Contacts at the end of the day": ("total", "var(--color-primary-600)")}
    # From 0, a site with many contacts would have a level line.
    return chart("Contacts", days, lines, from_zero=False)


def mail_chart(days: list[Day]) -> Chart:
    lines = {
        "Sent": ("sent", "var(--color-primary-600)"),
        "Opened": ("opened", "#0f8a5f"),
        "Clicked": ("clicked", "#b45309"),
        "Bounced": ("bounced", "#c81e1e"),
    }
    return chart("Mails", days, lines, from_zero=True)


def ranked(rows: list[Counted], model: str) -> list[dict[str, Any]]:
    """Rows with the length of their bars, out of 100."""
    most = max((row.contacts for row in rows), default=1)
    return [
        {
            "title": row.title,
            "number": f"{row.contacts:,}",
            "length": round(100 * row.contacts / most),
            "link": reverse(f"admin:segments_{model}_change", args=[row.id]),
        }
        for row in rows
    ]


def automations_at_work() -> list[dict[str, str]]:
    """The newest published automations, with how many contacts are on their way. One statement."""
    return [
        {
            "title": title,
            "number": f"{MANY:,}+" if inside > MANY else f"{inside:,}",
            "link": reverse("admin:automations_automation_change", args=[pk]),
        }
        for pk, title, inside in read(AT_WORK, MANY + 1, TOP)
    ]


def problems(may: Callable[[str], bool]) -> list[dict[str, str]]:
    """What went wrong, of what the user may view. One statement."""
    shown = [problem for problem in PROBLEMS if may(problem.right)]
    if not shown:
        return []
    since = stored_datetime(timezone.now() - timedelta(days=RECENT_DAYS))
    counts = ", ".join(f"({problem.counting})" for problem in shown)
    [numbers] = read(f"SELECT {counts}", *([since] * counts.count("%s")))
    return [
        {
            "text": f"{number:,} {problem.one if number == 1 else problem.many}",
            "link": changelist(*problem.model, problem.query),
        }
        for problem, number in zip(shown, numbers, strict=True)
        if number
    ]
