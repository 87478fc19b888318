"""Many contacts at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from accounts.rights import May
from fluenzr.services.inputs import ContactInput, Problem, Refused, ResolvedContact
from fluenzr.services.names import hold, missing_groups, resolve_contacts
from subscribers import services
from subscribers.models import Subscriber


@dataclass
class BulkOutcome:
    """The result of a bulk request."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    problems: dict[int, Problem] = field(default_factory=dict)


@transaction.atomic
def write_contacts(
    rows: Mapping[int, ContactInput], group_ids: Sequence[int], may: May, *, update: bool
) -> BulkOutcome:
    """Create many contacts, by their position in the request. Contacts that exist are updated, or skipped.

    A skipped row creates nothing. Raises Refused if one of `group_ids` does not exist.
    """
    outcome = BulkOutcome()
    if unknown := missing_groups(group_ids):
        raise Refused(unknown)
    wanted = dict(rows)
    if not update:
        wanted = new_addresses(rows)
        outcome.skipped = len(rows) - len(wanted)
    resolved: dict[int, ResolvedContact] = {}
    for place, result in zip(wanted, resolve_contacts(list(wanted.values()), may, group_ids), strict=True):
        if isinstance(result, Problem):
            outcome.problems[place] = result
        else:
            resolved[place] = result
    drafts = [one.draft for one in resolved.values()]
    if not drafts:
        return outcome
    hold(resolved.values())
    if update:
        written = services.upsert_contacts(drafts)
        ids = {address: one.id for address, one in written.items()}
        outcome.created = sum(one.created for one in written.values())
        outcome.updated = len(drafts) - outcome.created
    else:
        ids = services.create_contacts(drafts)
        outcome.created = len(ids)
        # Another request has just created the others.
        outcome.skipped += len(drafts) - len(ids)
    companies = {ids[one.draft.address]: one.company for one in resolved.values() if one.draft.address in ids}
    services.choose_companies({pk: company for pk, company in companies.items() if company})
    return outcome


def new_addresses(rows: Mapping[int, ContactInput]) -> dict[int, ContactInput]:
    """The rows with an address that no contact has, the first of each address. One statement."""
    emails = [sent.columns["email"] for sent in rows.values()]
    seen = {email.lower() for email in Subscriber.objects.with_any_email(emails).values_list("email", flat=True)}
    new = {}
    for place, sent in rows.items():
        address = sent.columns["email"].lower()
        if address not in seen:
            seen.add(address)
            new[place] = sent
    return new
