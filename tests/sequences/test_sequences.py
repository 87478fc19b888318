"""/sequences."""

from typing import Any

import pytest

from changes.models import Change
from emails.models import Mailing, Message, State
from sequences.models import EmailSequence, SequenceMail, SequenceTracker
from sequences.services.enrolling import enrol
from sequences.services.stepping import step_due
from tests.client import Api
from tests.factories import SubscriberFactory
from tests.sequences.factories import EmailSequenceFactory, SequenceMailFactory, SequenceTrackerFactory

SENDER = {
    "from_name": "Shop",
    "from_email": "shop@example.com",
    "reply_to_name": "",
    "reply_to_email": "",
    "is_custom": "yes",
}


def titles(answer: Any) -> list[str]:
    return [sequence["title"] for sequence in answer.json()["sequences"]["data"]]


def test_it_keeps_settings_without_nul(api: Api) -> None:
    api.post("/sequences", {"title": "Welcome", "settings": '{"a": ["b\\u0000"]}'})
    assert EmailSequence.objects.get().settings["a"] == ["b"]


def test_it_makes_a_sequence(api: Api) -> None:
    answer = api.post("/sequences", {"title": "Welcome to us"}).json()
    sequence = EmailSequence.objects.get()
    shown = answer["sequence"]
    assert answer["message"] == "Sequence has been created"
    assert shown == {
        "id": sequence.pk,
        "title": "Welcome to us",
        "slug": "welcome-to-us",
        "status": "working",
        "type": "email_sequence",
        "design_template": "simple",
        "settings": {
            "mailer_settings": {
                "from_name": "",
                "from_email": "",
                "reply_to_name": "",
                "reply_to_email": "",
                "is_custom": "no",
            }
        },
        "created_by": sequence.created_by_id,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
        "stats": {"emails": 0, "subscribers": 0, "revenue": {"amount": "0.00", "currency": "USD"}},
    }
    assert api.get(f"/sequences/{sequence.pk}").json() == {"sequence": shown, "sequence_emails": []}
    change = Change.objects.get(event="sequence_created")
    assert (change.subject_kind, change.subject_id, change.user) == ("sequence", sequence.pk, sequence.created_by)


@pytest.mark.parametrize("body", [{}, {"title": ""}, {"title": " "}])
def test_it_needs_a_title(api: Api, body: Any) -> None:
    answer = api.post("/sequences", body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"title": ["The title field is required."]}
    assert not EmailSequence.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x" * 193},
        {"title": ["x"]},
        {"title": "x", "status": "happy"},
        {"title": "x", "settings": "x"},
        {"title": "x", "settings": {"mailer_settings": "x"}},
        {"title": "x", "settings": {"mailer_settings": {"from_name": 1}}},
    ],
)
def test_it_names_what_is_wrong(api: Api, body: Any) -> None:
    assert api.post("/sequences", body).status_code == 400
    assert not EmailSequence.objects.exists()


def test_it_changes_a_sequence_and_the_sender_of_its_mails(api: Api, sequence: EmailSequence) -> None:
    mail = SequenceMailFactory.create(sequence=sequence, mailing__settings={"template_config": {"content_padding": 1}})
    other = SequenceMailFactory.create()
    answer = api.put(f"/sequences/{sequence.pk}", {"title": "New", "settings": {"mailer_settings": SENDER}})
    assert answer.json()["sequence"]["settings"]["mailer_settings"] == SENDER
    mail.mailing.refresh_from_db()
    assert mail.mailing.settings == {"template_config": {"content_padding": 1}, "mailer_settings": SENDER}
    other.mailing.refresh_from_db()
    assert other.mailing.settings == {}
    assert Change.objects.get(event="sequence_updated").details == {"columns": ["title", "settings"]}


def test_it_pauses_a_sequence_and_lets_it_go_on(api: Api, sequence: EmailSequence) -> None:
    for word, status in (
        ("draft", "draft"),
        ("published", "published"),
        ("archived", "draft"),
        ("working", "published"),
    ):
        assert api.put(f"/sequences/{sequence.pk}", {"title": "x", "status": word}).status_code == 200
        sequence.refresh_from_db()
        assert sequence.status == status


def test_it_lists_the_newest_first_and_sorts_and_finds(api: Api) -> None:
    for title in ("Bed", "älg", "100% Ape"):
        EmailSequenceFactory.create(title=title)
    assert titles(api.get("/sequences")) == ["100% Ape", "älg", "Bed"]
    assert titles(api.get("/sequences?order=asc")) == ["Bed", "älg", "100% Ape"]
    assert titles(api.get("/sequences?orderBy=title&order=asc")) == ["100% Ape", "älg", "Bed"]
    assert titles(api.get("/sequences?search=0%25 APE")) == ["100% Ape"]
    assert titles(api.get("/sequences?per_page=1&page=2")) == ["älg"]


def test_it_counts_mails_and_contacts(api: Api, sequence: EmailSequence) -> None:
    SequenceMailFactory.create_batch(2, sequence=sequence)
    SequenceTrackerFactory.create_batch(3, sequence=sequence)
    SequenceTrackerFactory.create()
    [_, shown] = api.get("/sequences?with[]=stats").json()["sequences"]["data"]
    assert (shown["stats"]["emails"], shown["stats"]["subscribers"]) == (2, 3)


@pytest.mark.parametrize("sequences", [2, 12])
def test_it_lists_with_a_constant_number_of_statements(
    api: Api, django_assert_num_queries: Any, sequences: int
) -> None:
    for _ in range(sequences):
        SequenceTrackerFactory.create(sequence=SequenceMailFactory.create().sequence)
    api.get("/sequences")
    with django_assert_num_queries(5):
        assert len(titles(api.get("/sequences?with[]=stats"))) == sequences


def test_it_shows_what_became_of_its_mails(api: Api, sequence: EmailSequence) -> None:
    mail = SequenceMailFactory.create(sequence=sequence)
    enrol(sequence.pk, [contact.pk for contact in SubscriberFactory.create_batch(3)])
    step_due()
    Message.objects.filter(pk=Message.objects.earliest("pk").pk).update(state=State.SENT, sent_at="2026-01-31T09:00Z")
    [shown] = api.get(f"/sequences/{sequence.pk}?with[]=sequence_emails&with[]=email_stats").json()["sequence_emails"]
    assert shown["id"] == mail.pk
    assert shown["stats"] == {"total": 3, "sent": 1, "clicks": 0, "views": 0, "unsubscribers": 0}


@pytest.mark.parametrize("mails", [1, 12])
def test_it_is_shown_with_a_constant_number_of_statements(
    api: Api, sequence: EmailSequence, django_assert_num_queries: Any, mails: int
) -> None:
    SequenceMailFactory.create_batch(mails, sequence=sequence)
    path = f"/sequences/{sequence.pk}?with[]=email_stats"
    api.get(path)
    with django_assert_num_queries(6):
        assert len(api.get(path).json()["sequence_emails"]) == mails


def test_it_copies_a_sequence_with_its_mails_and_nobody_in_it(api: Api, sequence: EmailSequence) -> None:
    SequenceMailFactory.create(sequence=sequence, delay_amount=2, starts_at="09:00", days=["Mon"], mailing__title="Two")
    SequenceMailFactory.create(sequence=sequence, mailing__title="One", mailing__body="<p>Hi</p>")
    SequenceTrackerFactory.create(sequence=sequence)
    shown = api.post(f"/sequences/{sequence.pk}/duplicate").json()["sequence"]
    assert shown["title"] == f"[Duplicate] {sequence.title}"
    assert (shown["stats"]["emails"], shown["stats"]["subscribers"]) == (2, 0)
    before, after = (
        [
            {name: mail[name] for name in ("title", "email_subject", "email_body", "delay", "settings")}
            for mail in api.get(f"/sequences/{pk}").json()["sequence_emails"]
        ]
        for pk in (sequence.pk, shown["id"])
    )
    assert before == after
    assert Mailing.objects.count() == 4


def test_it_deletes_a_sequence_but_not_what_was_sent(api: Api, sequence: EmailSequence) -> None:
    written, unsent = SequenceMailFactory.create(sequence=sequence), SequenceMailFactory.create(sequence=sequence)
    enrol(sequence.pk, [SubscriberFactory.create().pk])
    step_due()
    kept = SequenceTrackerFactory.create()
    assert api.delete(f"/sequences/{sequence.pk}").json() == {"message": "Sequence has been deleted"}
    assert list(SequenceTracker.objects.all()) == [kept]
    assert not SequenceMail.objects.filter(pk__in=[written.pk, unsent.pk]).exists()
    assert Message.objects.get().state == State.CANCELLED
    assert list(Mailing.objects.values_list("pk", flat=True)) == [written.pk]
    assert Change.objects.get(event="sequence_deleted").details == {"title": sequence.title}


@pytest.mark.parametrize("number", [2, 12])
def test_it_deletes_many(api: Api, django_assert_max_num_queries: Any, number: int) -> None:
    sequences = [SequenceMailFactory.create().sequence for _ in range(number)]
    stays = EmailSequenceFactory.create()
    body = {"sequence_ids": [*(sequence.pk for sequence in sequences), 999_999]}
    api.get("/sequences")
    with django_assert_max_num_queries(23):
        answer = api.post("/sequences/do-bulk-action", body)
    assert answer.json() == {"message": "Selected sequences have been deleted"}
    assert list(EmailSequence.objects.all()) == [stays]
    api.post("/sequences/do-bulk-action", {"select_all": "true"})
    assert not EmailSequence.objects.exists()


@pytest.mark.parametrize("body", [{}, {"sequence_ids": []}, {"action_name": "paint", "sequence_ids": [1]}])
def test_it_refuses_what_is_no_action_on_many(api: Api, sequence: EmailSequence, body: Any) -> None:
    assert api.post("/sequences/do-bulk-action", body).status_code == 422
    assert EmailSequence.objects.exists()


@pytest.mark.parametrize("verb", ["get", "put", "delete"])
def test_what_is_not_there_is_404(api: Api, verb: str) -> None:
    assert api.send(verb.upper(), "/sequences/999", {"title": "x"}).status_code == 404
    assert api.post("/sequences/999/duplicate").status_code == 404
    assert api.post("/sequences/999/reapply").status_code == 404


# --- Applied again ------------------------------------------------------------------------------


def test_it_is_applied_again(api: Api, sequence: EmailSequence) -> None:
    first = SequenceMailFactory.create(sequence=sequence, mailing__title="First")
    enrol(sequence.pk, [SubscriberFactory.create().pk])
    step_due()
    assert api.post(f"/sequences/{sequence.pk}/reapply").status_code == 422
    second = SequenceMailFactory.create(sequence=sequence, mailing__title="Second", delay_amount=2)
    answer = api.post(f"/sequences/{sequence.pk}/reapply").json()
    result = answer["result"]
    assert result["next_email"] == {"id": second.pk, "delay": 172800, "title": "Second"}
    assert (result["last_completed"]["id"], result["last_completed"]["title"]) == (first.pk, "First")
    assert result["calculations"]["delay_offset"] == 172800
    assert result["update_result"] == {"subscribers_updated": 1}
    assert SequenceTracker.objects.get().status == "active"
