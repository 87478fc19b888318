"""FluenzR's ids: con_, grp_, whk_ and log_ stand for numbers of rows, stg_ for a stage's slug.

(evt_ is an event's name: webhooks.models.Event.)

A number is multiplied modulo a power of 36 and written in base 36: six letters or digits for numbers below
two thousand million, thirteen for larger ones. Each number has one id, and each id one number. This does not hide
the number from an expert, and need not: permissions decide who sees what.
"""

import re

CONTACT, GROUP, STAGE, WEBHOOK, LOG = "con_", "grp_", "stg_", "whk_", "log_"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
LARGEST = 2**63 - 1
SHORT, LONG = 6, 13
FORM = re.compile(rf"[0-9a-z]{{{SHORT}}}|[0-9a-z]{{{LONG}}}")
# Any numbers without the factors 2 and 3, which a power of 36 has. Never change them: ids in use depend on them.
FACTORS = {SHORT: 1_347_912_937, LONG: 105_345_678_912_345_678_913}
INVERSES = {length: pow(factor, -1, 36**length) for length, factor in FACTORS.items()}


def encode(prefix: str, number: int) -> str:
    """The id of a row: `con_` and the encoded number."""
    length = SHORT if number < 36**SHORT else LONG
    rest = number * FACTORS[length] % 36**length
    letters = []
    for _ in range(length):
        rest, digit = divmod(rest, 36)
        letters.append(DIGITS[digit])
    return prefix + "".join(reversed(letters))


def decode(prefix: str, text: object) -> int | None:
    """The number of an id that `encode` made; None for any other text."""
    if not isinstance(text, str) or not text.startswith(prefix):
        return None
    letters = text[len(prefix) :]
    if not FORM.fullmatch(letters):
        return None
    number = int(letters, 36) * INVERSES[len(letters)] % 36 ** len(letters)
    least = 1 if len(letters) == SHORT else 36**SHORT
    return number if least <= number <= LARGEST else None
