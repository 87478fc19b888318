"""The numbers of an automation, and trying its webhook (recordings funnel-subscribers.json and funnel-goals.json)."""

from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from automations.api.blocks import show_block
from automations.api.posts import post_for_trial
from automations.models import Automation, Block
from automations.reading import blocks_of, count_enrolments, count_runs
from automations.services.mails import MAIL_BLOCK, mailing_id, mailings_of
from automations.services.syncing import count_syncable, sync_new_steps
from emails.services.numbers import Numbers, numbers_of
from retries.services import after_commit
from webhooks.services.posting import post_now
from wp_rest.exceptions import FieldErrors, NotFound, Unprocessable
from wp_rest.parsers import as_object
from wp_rest.viewsets import RestViewSet

VIEW, CHANGE = "automations.view_automation", "automations.change_automation"


class ReportViewSet(RestViewSet):
    rights: ClassVar = {
        "report": VIEW,
        "email_reports": VIEW,
        "syncable_counts": VIEW,
        "sync_new_steps": CHANGE,
        "send_test_webhook": CHANGE,
    }

    @action(detail=True)
    def report(self, request: Request, pk: int) -> Response:
        """How many came in, and for how many each block ran. Five statements, whatever the number of contacts."""
        automation = self.get_automation()
        entered, runs = count_enrolments([pk])[pk], count_runs(automation)
        blocks = [block for block in blocks_of([pk])[pk] if block.pk in runs]
        numbers = numbers_of_mails(blocks)
        rows = [step("Entrance", entered, 0, "root", entered)]
        for block in blocks:
            row = step(block.title, runs[block.pk], block.pk, block.type, entered)
            if (of_mail := numbers.get(block.pk)) is not None:
                row |= {"link_clicks": of_mail.clicked, "email_opens": of_mail.opened}
            rows.append(row)
        # Nothing here has a price.
        revenue = {"total_revenue": 0, "total_revenue_formatted": "0.00", "revenue_currency": "USD"}
        return Response({"stats": {"metrics": rows, **revenue}})

    @action(detail=True)
    def email_reports(self, request: Request, pk: int) -> Response:
        """The mails of an automation with their kept numbers. Four statements, whatever the number of messages."""
        self.get_automation()
        blocks = [block for block in blocks_of([pk])[pk] if block.action_name == MAIL_BLOCK]
        numbers = numbers_of_mails(blocks)
        mailings = mailings_of(block.settings for block in blocks)
        shown = []
        for block in blocks:
            mailing = mailings.get(mailing_id(block.settings) or 0)
            campaign = {"id": mailing.pk, "subject": mailing.subject} if mailing else {"id": None, "subject": ""}
            stats = show_numbers(numbers.get(block.pk, Numbers()))
            shown.append({**show_block(block), "campaign": {**campaign, "stats": stats}})
        return Response({"email_sequences": shown})

    @action(detail=True, url_path="syncable-counts")
    def syncable_counts(self, request: Request, pk: int) -> Response:
        return Response({"syncable_count": count_syncable(self.get_automation())})

    @action(detail=True, methods=["post"], url_path="sync-new-steps")
    def sync_new_steps(self, request: Request, pk: int) -> Response:
        """Have contacts who are through go on with the blocks that were added at the end since."""
        moved = sync_new_steps(self.get_automation())
        return Response({"message": f"{moved} contacts go on with the new steps", "synced": moved})

    @action(detail=False, methods=["post"], url_path="send-test-webhook")
    def send_test_webhook(self, request: Request) -> Response:
        """Post to the address of a webhook block now, with the data of whoever asks."""
        sent = as_object(self.params.get("data") or {}) or {}
        url = sent.get("remote_url")
        if not url:
            wrong = {"required": "Remote URL is required", "url": "The data.remote_url format is invalid."}
            raise FieldErrors({"data.remote_url": wrong}, status=422)
        user: Any = request.user
        post = post_for_trial(sent, user)
        answer = after_commit(lambda: post_now(post))
        if answer is None:
            return Response({"message": "The test is on its way"})
        if answer.error or not 200 <= (answer.status or 0) < 300:
            raise Unprocessable(f"The address did not take it: {answer.error or answer.status}")
        return Response({"message": "Test Webhook has been sent successfully"})

    def get_automation(self) -> Automation:
        automation: Automation | None = Automation.objects.filter(pk=self.kwargs["pk"]).first()
        if automation is None:
            raise NotFound
        return automation


def step(label: str, count: int, block: int, kind: str, entered: int) -> dict[str, Any]:
    """One line of the report. As recorded, the step before is always the entrance."""
    percent = whole_percent(count, entered) if entered else 100
    dropped = max(entered - count, 0)
    return {
        "label": label,
        "count": count,
        "sequence_id": block,
        "type": kind,
        "percent": percent,
        "percent_text": percent,
        "previous_step_count": entered,
        "drop_count": dropped,
        "drop_percent": whole_percent(dropped, entered),
    }


def whole_percent(part: int, whole: int) -> float | int:
    """With two digits where it is not whole."""
    if not whole:
        return 0
    percent = round(100 * part / whole, 2)
    return int(percent) if percent == int(percent) else percent


def numbers_of_mails(blocks: list[Block]) -> dict[int, Numbers]:
    """The numbers of the mail of each block that has one. One statement."""
    mails = {block.pk: pk for block in blocks if block.action_name == MAIL_BLOCK and (pk := mailing_id(block.settings))}
    found = numbers_of(sorted(set(mails.values()))) if mails else {}
    return {block: found[pk] for block, pk in mails.items()}


def show_numbers(numbers: Numbers) -> dict[str, int]:
    """In the words of the recording, and in those of FluentCRM's documentation."""
    return {
        "total": numbers.total,
        "sent": numbers.sent,
        "clicks": numbers.clicked,
        "views": numbers.opened,
        "unsubscribers": numbers.unsubscribed,
        "opens": numbers.opened,
        "unsubscribes": numbers.unsubscribed,
        "revenue": 0,
    }
