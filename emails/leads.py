"""Links of mails that lead elsewhere than they say, because another app has something to do for whoever follows them."""

from collections.abc import Callable

from emails.links import Target

# Where a click on a link to that URL leads; None for a URL that the app does not know.
Lead = Callable[[str, Target], str | None]

_leads: list[Lead] = []


def register_lead(lead: Lead) -> None:
    """Have `lead` asked at each click, but not for machines that say that they only look ahead.

    To be called as the app starts. It must not raise: the contact would not get on.
    """
    _leads.append(lead)


def lead_on(url: str, target: Target) -> str | None:
    """Where a click leads instead of where the mail points; None where it leads there."""
    for lead in _leads:
        if elsewhere := lead(url, target):
            return elsewhere
    return None
