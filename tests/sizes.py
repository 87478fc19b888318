"""How large the largest tests are: those that kill processes take minutes at the sizes that they are meant for."""

import os

FULL_SIZE = os.environ.get("FULL_SIZE") == "1"


def sized(full: int, usual: int) -> int:
    """The number for a run with FULL_SIZE=1, and the one for each usual run."""
    return full if FULL_SIZE else usual
