"""Tags that two make at once, by name."""

from functools import partial

import pytest

from segments.models import Tag
from segments.services import resolve_segments
from tests.threads import at_once, two_writers

PAIRS = [("C++ devs {}", "C# devs {}", 2), ("ΣΥΛΛΟΓΟΣ {}", "σύλλογος {}", 1), ("Łódź {}", "LODZ {}", 1)]


@two_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("one", "other", "made"), PAIRS)
def test_two_who_name_tags_at_once_make_as_many_as_there_are_titles(one: str, other: str, made: int) -> None:
    for number in range(10):
        named = at_once(
            *(partial(resolve_segments, Tag, [title.format(number)], create=True) for title in (one, other))
        )
        assert len({pk for found in named for pk in found.ids}) == made
        assert all(len(found.ids) == 1 and not found.ignored for found in named)
    assert Tag.objects.count() == made * 10
