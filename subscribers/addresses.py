"""Which e-mail addresses a contact may have."""

import re

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
EMAIL = re.compile(rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-]+@{LABEL}(?:\.{LABEL})+", re.ASCII)
EMAIL_LENGTH = range(6, 191)


def is_address(text: str) -> bool:
    """Whether it is an address that WordPress accepts (contract.md, 'A contact')."""
    return len(text) in EMAIL_LENGTH and EMAIL.fullmatch(text) is not None
