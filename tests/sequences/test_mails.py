"""/sequences/{id}/email."""

from typing import Any

import pytest

from changes.models import Change
from emails.models import Kind, Mailing
from sequences.models import EmailSequence, SequenceMail
from tests.client import Api
from tests.sequences.factories import SequenceMailFactory, SequenceTrackerFactory

TIMINGS = {
    "delay_unit": "hours",
    "delay": 36,
    "is_anytime": "no",
    "sending_time": ["09:00", "17:30"],
    "selected_days_only": "yes",
    "allowed_days": ["Mon", "Fri"],
}
SENDER = {
    "from_name": "Shop",
    "from_email": "shop@example.com",
    "reply_to_name": "",
    "reply_to_email": "",
    "is_custom": "yes",
}
MAIL = {
    "email_subject": "Hello {{contact.first_name|there}}",
    "email_pre_header": "Hi",
    "email_body": "<p>How are you?</p>",
    "design_template": "simple",
    "template_id": 7,
    "settings": {"timings": TIMINGS, "mailer_settings": SENDER, "action_triggers": ["x"], "template_config": {"a": 1}},
    "utm_status": 1,
    "utm_source": "mail",
    "utm_medium": None,
    "utm_campaign": "welcome",
    "utm_term": None,
    "utm_content": None,
}


def test_it_makes_a_mail(api: Api, sequence: EmailSequence) -> None:
    answer = api.post(f"/sequences/{sequence.pk}/email", {"email": MAIL}).json()
    mail = SequenceMail.objects.select_related("mailing").get()
    shown = answer["email"]
    assert shown == {
        "id": mail.pk,
        "parent_id": sequence.pk,
        "title": MAIL["email_subject"],
        "slug": shown["slug"],
        "type": "sequence_mail",
        "status": "published",
        **MAIL,
        "delay": 36 * 3600,
        "created_by": mail.mailing.created_by_id,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
    }
    assert mail.mailing.kind == Kind.SEQUENCE
    assert api.get(f"/sequences/{sequence.pk}/email/{mail.pk}").json() == {"sequence": [], "email": shown}
    with_sequence = api.get(f"/sequences/{sequence.pk}/email/{mail.pk}?with[]=sequence").json()
    assert with_sequence["sequence"]["stats"]["emails"] == 1
    assert Change.objects.get(event="sequence_updated").details == {"columns": ["mails"]}


def test_it_takes_the_sender_of_its_sequence(api: Api, sequence: EmailSequence) -> None:
    EmailSequence.objects.update(settings={"mailer_settings": SENDER})
    email = {"email_subject": "Hi", "email_body": "x"}
    shown = api.post(f"/sequences/{sequence.pk}/email", {"email": email}).json()["email"]
    assert shown["settings"]["mailer_settings"] == SENDER


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({}, {"delay_unit": "days", "delay": 0, "is_anytime": "yes", "sending_time": ""}),
        ({"delay": "3", "delay_unit": "weeks"}, {"delay_unit": "weeks", "delay": 3}),
        ({"is_anytime": "no", "sending_time": "09:15"}, {"is_anytime": "no", "sending_time": "09:15"}),
        ({"is_anytime": "no", "sending_time": "09:00:30"}, {"sending_time": "09:00"}),
        ({"is_anytime": "no", "sending_time": ["22:00", "06:00"]}, {"sending_time": ["22:00", "06:00"]}),
        ({"is_anytime": "yes", "sending_time": "nonsense"}, {"sending_time": ""}),
        ({"allowed_days": ["Mon"]}, {"selected_days_only": "no", "allowed_days": []}),
        (
            {"selected_days_only": "yes", "allowed_days": "Sun,Mon"},
            {"selected_days_only": "yes", "allowed_days": ["Mon", "Sun"]},
        ),
    ],
)
def test_it_reads_when_a_mail_leaves(api: Api, sequence: EmailSequence, sent: Any, shown: Any) -> None:
    email = {"email_subject": "Hi", "email_body": "x", "settings": {"timings": sent}}
    timings = api.post(f"/sequences/{sequence.pk}/email", {"email": email}).json()["email"]["settings"]["timings"]
    assert timings | shown == timings


@pytest.mark.parametrize(
    ("timings", "name"),
    [
        ("soon", "timings"),
        ({"delay_unit": "years"}, "delay_unit"),
        ({"delay_unit": ["days"]}, "delay_unit"),
        ({"delay": -1}, "delay"),
        ({"delay": "x"}, "delay"),
        ({"delay": 10**18, "delay_unit": "weeks"}, "delay"),
        ({"delay": 10**40}, "delay"),
        ({"is_anytime": "no"}, "sending_time"),
        ({"is_anytime": "no", "sending_time": "25:00"}, "sending_time"),
        ({"is_anytime": "no", "sending_time": "09:00+01:00"}, "sending_time"),
        ({"is_anytime": "no", "sending_time": ["09:00", "10:00", "11:00"]}, "sending_time"),
        ({"is_anytime": "no", "sending_time": "[1,"}, "sending_time"),
        ({"selected_days_only": "yes"}, "allowed_days"),
        ({"selected_days_only": "yes", "allowed_days": ["Someday"]}, "allowed_days"),
        ({"selected_days_only": "yes", "allowed_days": [["Mon"]]}, "allowed_days"),
    ],
)
def test_it_names_what_is_wrong_with_them(api: Api, sequence: EmailSequence, timings: Any, name: str) -> None:
    email = {"email_subject": "Hi", "email_body": "x", "settings": {"timings": timings}}
    answer = api.post(f"/sequences/{sequence.pk}/email", {"email": email})
    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["errors"]) == [f"settings.{name}"]
    assert not SequenceMail.objects.exists()
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(
    ("email", "status"),
    [
        (None, 422),
        ({}, 422),
        ({"email_subject": "Hi"}, 422),
        ({"email_body": "x"}, 422),
        ({"email_subject": "", "email_body": "x"}, 422),
        ("no object", 400),
        ([1], 400),
        ({"email_subject": "Hi", "email_body": 1}, 400),
        ({"email_subject": "Hi", "email_body": "x", "template_id": "x"}, 400),
        ({"email_subject": "Hi", "email_body": "x", "utm_source": ["x"]}, 400),
    ],
)
def test_it_refuses_half_a_mail(api: Api, sequence: EmailSequence, email: Any, status: int) -> None:
    mail = SequenceMailFactory.create(sequence=sequence)
    assert api.post(f"/sequences/{sequence.pk}/email", {"email": email}).status_code == status
    assert api.put(f"/sequences/{sequence.pk}/email/{mail.pk}", {"email": email}).status_code == status
    assert SequenceMail.objects.count() == 1


def test_it_changes_what_is_sent_and_keeps_the_rest(api: Api, sequence: EmailSequence) -> None:
    made = api.post(f"/sequences/{sequence.pk}/email", {"email": MAIL}).json()["email"]
    email = {"email_subject": "New", "email_body": "<p>New</p>", "settings": {"timings": {"delay": 1}}}
    shown = api.put(f"/sequences/{sequence.pk}/email/{made['id']}", {"email": email}).json()["email"]
    timings = shown["settings"].pop("timings")
    assert (timings["delay"], timings["delay_unit"], timings["is_anytime"], shown["delay"]) == (1, "days", "yes", 86400)
    assert shown["settings"] == {name: value for name, value in made["settings"].items() if name != "timings"}
    for name in ("email_pre_header", "template_id", "utm_source", "title"):
        assert shown[name] == made[name]
    assert (shown["email_subject"], shown["email_body"]) == ("New", "<p>New</p>")


def test_one_route_makes_and_changes(api: Api, sequence: EmailSequence) -> None:
    body = {"route_method": "create", "sequence_id": sequence.pk, "email": MAIL}
    made = api.post("/sequences/sequence-email-update-create", body).json()["email"]
    changed = {
        "route_method": "update",
        "sequence_id": str(sequence.pk),
        "mail_id": made["id"],
        "email": {"email_subject": "New", "email_body": "x"},
    }
    answer = api.post("/sequences/sequence-email-update-create", changed)
    assert (answer.json()["email"]["id"], answer.json()["email"]["email_subject"]) == (made["id"], "New")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"route_method": "paint"}, 422),
        ({"route_method": None}, 422),
        ({"sequence_id": None}, 422),
        ({"sequence_id": "x"}, 400),
        ({"sequence_id": 10**30}, 400),
        ({"sequence_id": 999_999}, 404),
        ({"route_method": "update"}, 422),
        ({"route_method": "update", "mail_id": 999_999}, 404),
        ({"email": None}, 422),
    ],
)
def test_that_route_refuses(api: Api, sequence: EmailSequence, change: Any, status: int) -> None:
    body = {"route_method": "create", "sequence_id": sequence.pk, "email": MAIL} | change
    assert api.post("/sequences/sequence-email-update-create", body).status_code == status
    assert not SequenceMail.objects.exists()


def test_the_one_with_the_id_0_is_what_a_new_one_starts_from(api: Api, sequence: EmailSequence) -> None:
    EmailSequence.objects.update(settings={"mailer_settings": SENDER})
    blank = api.get(f"/sequences/{sequence.pk}/email/0").json()["email"]
    assert (blank["id"], blank["parent_id"], blank["email_subject"]) == (0, sequence.pk, "")
    assert blank["settings"]["mailer_settings"] == SENDER


def test_it_copies_a_mail(api: Api, sequence: EmailSequence) -> None:
    made = api.post(f"/sequences/{sequence.pk}/email", {"email": MAIL | {"title": "First"}}).json()["email"]
    copy = api.post(f"/sequences/{sequence.pk}/email/duplicate", {"email_id": made["id"]}).json()["email"]
    different = {name for name in made if made[name] != copy[name]} - {"created_at", "updated_at"}
    assert different == {"id", "title", "slug"}
    assert copy["title"] == "[Duplicate] First"
    assert api.post(f"/sequences/{sequence.pk}/email/duplicate").status_code == 422
    assert api.post(f"/sequences/{sequence.pk}/email/duplicate", {"email_id": "x"}).status_code == 400


def test_it_deletes_a_mail(api: Api, sequence: EmailSequence) -> None:
    mail = SequenceMailFactory.create(sequence=sequence)
    assert api.delete(f"/sequences/{sequence.pk}/email/{mail.pk}").status_code == 200
    assert not Mailing.objects.exists()


def test_what_is_not_there_is_404(api: Api, sequence: EmailSequence) -> None:
    others = SequenceMailFactory.create()
    for path in (f"/sequences/999/email/{others.pk}", f"/sequences/{sequence.pk}/email/{others.pk}"):
        assert api.get(path).status_code == 404
        assert api.put(path, {"email": MAIL}).status_code == 404
        assert api.delete(path).status_code == 404
    assert api.post("/sequences/999/email", {"email": MAIL}).status_code == 404
    assert api.post(f"/sequences/{sequence.pk}/email/duplicate", {"email_id": others.pk}).status_code == 404


@pytest.mark.parametrize("contacts", [1, 30])
def test_a_change_takes_the_same_number_of_statements_for_any_number_of_contacts(
    api: Api, sequence: EmailSequence, django_assert_max_num_queries: Any, contacts: int
) -> None:
    mail = SequenceMailFactory.create(sequence=sequence)
    SequenceTrackerFactory.create_batch(contacts, sequence=sequence)
    api.get("/sequences")
    with django_assert_max_num_queries(14):
        assert api.put(f"/sequences/{sequence.pk}/email/{mail.pk}", {"email": MAIL}).status_code == 200
