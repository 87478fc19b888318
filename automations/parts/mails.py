"""Blocks that mail: a mail of their own, e-mail sequences. Whoever may not be written to gets nothing, and goes on."""

from collections.abc import Collection
from typing import ClassVar

from automations.parts.values import Settings, as_id, ids, is_yes, text
from automations.parts.waits import as_datetime
from automations.registry import Action, BlockFailed, Outcome, Run, register_block
from emails.models import Kind, Mailing, Message
from emails.services.queueing import queue
from sequences.models import EmailSequence
from sequences.services import enrolling as sequences
from sequences.services.holding import hold_sequence

NOT_WANTED = "The contact gets no mail: its status does not allow it."


@register_block
class SendMail(Action):
    """Queues the mailing that `reference_campaign` names, for now or for `scheduled_at`."""

    name, label, category, icon = "send_custom_email", "Send Custom Email", "Email", "fc-icon-send_campaign"
    description = "Sends the contact a mail."
    settings: ClassVar[Settings] = {
        "reference_campaign": "",
        "send_email_to_type": "contact",
        "send_email_custom": "",
        "is_scheduled": "no",
        "skip_if_overdue": "no",
        "scheduled_at": "",
    }

    def check(self, settings: Settings) -> str:
        if text(settings, "send_email_to_type") == "custom":
            return "Mails go to the contact only, not to other addresses."
        if not as_id(settings.get("reference_campaign")):
            return "Write the mail."
        if is_yes(settings.get("is_scheduled")) and as_datetime(text(settings, "scheduled_at")) is None:
            return "Choose when the mail is to be sent."
        return ""

    def run(self, run: Run) -> Outcome | None:
        if problem := self.check(run.settings):
            raise BlockFailed(problem)
        mailing = Mailing.objects.filter(pk=as_id(run.settings["reference_campaign"]), kind=Kind.AUTOMATION).first()
        if mailing is None:
            raise BlockFailed("The mail was deleted.")
        due = as_datetime(text(run.settings, "scheduled_at")) if is_yes(run.settings.get("is_scheduled")) else None
        if due and due < run.now and is_yes(run.settings.get("skip_if_overdue")):
            return Outcome(skipped=dict.fromkeys(run.contacts, "It was too late for the mail."))
        queued = queue(mailing, run.contacts, max(due, run.now) if due else run.now)
        got = set(Message.objects.filter(pk__any_of=queued).values_list("subscriber", flat=True))
        return Outcome(skipped={pk: NOT_WANTED for pk in run.contacts if pk not in got})


class SequenceAction(Action):
    category = "Email"
    settings: ClassVar[Settings] = {"sequence_id": ""}

    def check(self, settings: Settings) -> str:
        return "" if ids(settings, "sequence_id", "sequence_ids") else "Choose the e-mail sequence."

    def hold(self, settings: Settings, contacts: Collection[int]) -> None:
        for pk in sorted(ids(settings, "sequence_id", "sequence_ids")):
            hold_sequence(pk)

    def wanted(self, run: Run) -> list[int]:
        if problem := self.check(run.settings):
            raise BlockFailed(problem)
        return sorted(ids(run.settings, "sequence_id", "sequence_ids"))


@register_block
class StartSequence(SequenceAction):
    name, label, icon = "add_to_email_sequence", "Set Sequence Emails", "fc-icon-set_sequence"
    description = "Takes the contact into an e-mail sequence."

    def run(self, run: Run) -> Outcome | None:
        taken: set[int] = set()
        for pk in self.wanted(run):
            if not EmailSequence.objects.filter(pk=pk).exists():
                raise BlockFailed("The e-mail sequence was deleted.")
            taken |= set(sequences.enrol(pk, run.contacts))
        reason = "The e-mail sequence did not take the contact."
        return Outcome(skipped={pk: reason for pk in run.contacts if pk not in taken})


@register_block
class CancelSequence(SequenceAction):
    name, label, icon = "remove_from_email_sequence", "Cancel Sequence Emails", "fc-icon-cancel_sequence"
    description = "Stops an e-mail sequence of the contact."

    def run(self, run: Run) -> Outcome | None:
        for pk in self.wanted(run):
            sequences.leave(pk, run.contacts)
        return None
