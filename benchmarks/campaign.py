"""Measure a campaign from the request that schedules it: until its messages are queued, and until the first one leaves.

    python -m benchmarks.campaign [--contacts N] [--database sqlite|postgres] [--seconds S]

One worker, as `make run` starts it, sends to aiosmtpd on loopback. The first mail is one that the mail server has taken whole.
"""

import argparse
import multiprocessing
import time
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP

from benchmarks.mail import BODY, make_contacts, sink, site
from tests.postgres import stop_on_sigterm

POLL = 0.02
PATIENCE = 600


class Noting:
    """Takes every mail, and notes when the first one came."""

    def __init__(self, first: Any) -> None:
        self.first = first

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if not self.first.value:
            self.first.value = time.time()
        return "250 OK"


def noting_server(first: Any) -> SMTP:
    return SMTP(Noting(first), hostname="127.0.0.1")


def work(ready: Any) -> None:
    """A worker."""
    import django  # noqa: PLC0415 - the settings read the environment

    django.setup()
    from jobs.worker import work as work_on  # noqa: PLC0415

    work_on(ready.set)


def write_campaign() -> int:
    """A draft to everybody; its id."""
    from campaigns.services.writing import new_campaign, save_campaign  # noqa: PLC0415

    campaign = new_campaign("News", None)
    campaign.mailing.subject, campaign.mailing.body = "News for {{contact.first_name|you}}", BODY
    save_campaign(campaign)
    return campaign.pk


def wait_for(came: Any) -> float:
    """The time at which `came()` is true."""
    last = time.time() + PATIENCE
    while not came():
        if time.time() > last:
            raise SystemExit("The campaign does not start.")
        time.sleep(POLL)
    return time.time()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=30, help="when to count what has left")
    options = parser.parse_args()
    stop_on_sigterm()
    context = multiprocessing.get_context("spawn")
    first, ready = context.Value("d", 0), context.Event()
    with sink(partial(noting_server, first)) as port, site(options.database, port):
        from campaigns.models import Campaign  # noqa: PLC0415 - after django.setup()
        from campaigns.services.sending import schedule  # noqa: PLC0415
        from emails.models import Message  # noqa: PLC0415

        make_contacts(options.contacts)
        campaign = Campaign.objects.filter(pk=write_campaign())
        worker = context.Process(target=work, args=(ready,))
        worker.start()
        try:
            ready.wait(PATIENCE)
            begin = time.time()
            schedule(campaign.get().pk)
            answered = time.time() - begin
            queued = wait_for(campaign.filter(queued_at__isnull=False).exists) - begin
            left = wait_for(lambda: first.value) and first.value - begin
            time.sleep(max(begin + options.seconds - time.time(), 0))
            sent = Message.objects.filter(state="sent").count()
        finally:
            worker.terminate()
            worker.join()
        if Message.objects.count() != options.contacts:
            raise SystemExit("Not every contact has a message.")
    print("| database | contacts | scheduled | all are queued | the first has left | left after |")
    print("| --- | --: | --: | --: | --: | --: |")
    print(
        f"| {options.database} | {options.contacts:,} | {answered:.2f} s | {queued:.1f} s | {left:.1f} s | "
        f"{sent:,} in {options.seconds:.0f} s |"
    )


if __name__ == "__main__":
    main()
