"""Fill a database as it was before campaigns were kept apart and counted, migrate it, and print what is there then."""

import json
from typing import Any

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

LANDED = [("emails", "0002_consent"), ("subscribers", "0008_last_change")]
STATES = ("sent", "scheduled", "failed", "sent")


def fill(apps: Any) -> None:
    """Two messages of a campaign to each of four contacts, of which the second one was sent to two; and clicks."""
    get = apps.get_model
    contacts = [
        get("subscribers", "Subscriber").objects.create(email=f"c{n}@example.com", hash=f"{n:032}") for n in range(4)
    ]
    mailing = get("emails", "Mailing").objects.create(kind="campaign", subject="News")
    link = get("emails", "Link").objects.create(mailing=mailing, url="https://a.example", digest="x")
    now = timezone.now()
    for place in range(2):
        for contact, state in zip(contacts, STATES, strict=True):
            is_sent = state == "sent" and place == 1
            message = get("emails", "Message").objects.create(
                subscriber=contact,
                mailing=mailing,
                kind="campaign",
                email=contact.email,
                state="sent" if is_sent else "scheduled" if state == "sent" else state,
                sent_at=now if is_sent else None,
                opened_at=now if is_sent else None,
                hash=f"{place}{contact.pk:031}",
            )
            if is_sent:
                get("emails", "Click").objects.create(message=message, link=link, count=contact.pk + 1)


def main() -> None:
    django.setup()
    executor = MigrationExecutor(connection)
    executor.migrate(LANDED)
    fill(executor.loader.project_state(LANDED).apps)
    call_command("migrate", verbosity=0)

    from dataclasses import asdict  # noqa: PLC0415

    from emails.models import Click, Mailing, Message  # noqa: PLC0415 - only after setup
    from emails.services.numbers import link_numbers, numbers_of  # noqa: PLC0415

    mailing = Mailing.objects.get()
    before = asdict(numbers_of([mailing.pk])[mailing.pk])
    link = asdict(link_numbers(mailing.pk)[0])
    Message.objects.filter(state="failed").delete()
    report = {
        "messages": list(Message.objects.order_by("pk").values_list("kind", "state")),
        "held": mailing.held,
        "numbers": {name: number for name, number in before.items() if number},
        "link": [link["contacts"], link["clicks"], sum(Click.objects.values_list("count", flat=True))],
        "failed": numbers_of([mailing.pk])[mailing.pk].failed,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
