"""Time that passes without waiting."""

from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone


def after(seconds: float) -> Any:
    """Inside the block it is that much later, and time stands still."""
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False)
