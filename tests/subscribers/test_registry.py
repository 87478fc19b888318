"""What is kept in the words of a face: it is read by the face, from every process."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from subscribers.registry import Unreadable, contacts_meant_by
from tests.factories import SubscriberFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("advanced_filters", [[{"source": ["subscriber", "city"], "operator": "=", "value": "Leeds"}]]),
        ("contact_query", {"search": "Leeds"}),
    ],
)
def test_it_is_read_in_each_of_the_words(words: str, kept: object) -> None:
    wanted, _ = SubscriberFactory.create(city="Leeds", first_name="Leeds"), SubscriberFactory.create(city="York")
    assert list(contacts_meant_by(words, kept)) == [wanted]


@pytest.mark.parametrize(
    ("words", "kept", "text"),
    [
        ("advanced_filters", [], "Invalid parameter: advanced_filters"),
        ("contact_query", {"tag": 1}, "Invalid parameter: contact_query.tag"),
    ],
)
def test_it_says_what_cannot_be_read(words: str, kept: object, text: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        contacts_meant_by(words, kept)
    assert str(refusal.value) == text


def test_it_fails_for_words_that_have_no_reader() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"No reader of recipients is registered\."):
        contacts_meant_by("recipients", {})
