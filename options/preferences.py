"""What users have chosen for their screens: the columns of a list."""

from typing import Any

from options.models import Preference


def read_preference(user_id: int, name: str) -> Any:
    """What the user has chosen, None for nothing. One statement."""
    return Preference.objects.filter(user=user_id, name=name).values_list("value", flat=True).first()


def keep_preference(user_id: int, name: str, value: Any) -> None:
    """Keep a choice; two at once leave one of them. One statement."""
    Preference.objects.bulk_create(
        [Preference(user_id=user_id, name=name, value=value)],
        update_conflicts=True,
        unique_fields=["user", "name"],
        update_fields=["value"],
    )


def forget_preference(user_id: int, name: str) -> None:
    """Go back to what the screen shows to everybody. One statement."""
    Preference.objects.filter(user=user_id, name=name).delete()
