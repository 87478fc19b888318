"""Writing what FluenzR's clients send, through the services that every face uses.

Names become rows by subscribers.resolve: titles of tags, names of companies, keys of custom fields. Each function is
one transaction, so what is refused has made none of them, and costs a fixed number of statements
however many contacts there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from custom_fields.services import check_values, types_by_slug
from custom_fields.types import Kind
from fluenzr.ids import GROUP, STAGE, encode
from pipelines.services import resolve_stages
from segments.models import Tag
from segments.services import ids_by_title
from subscribers import services
from subscribers.models import Subscriber
from subscribers.reading import existing_ids, read_contacts
from subscribers.resolve import (
    MAX_CUSTOM_FIELDS,
    May,
    MayNotMake,
    TooManyFields,
    companies_by_name,
    existing_lists,
    make_fields,
    tags_by_title,
)
from subscribers.services import Draft


@dataclass(frozen=True)
class ContactInput:
    """A contact as it was sent. None, or `...` for the stage, where a field was not."""

    columns: Mapping[str, Any]
    stage: str | EllipsisType | None = ...  # a slug
    company: str | None = None  # a name; "" for no company
    group_ids: list[int] | None = None
    tags: list[str] | None = None
    custom_fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a contact, by field; `missing` when all of it are ids of nothing."""

    details: Mapping[str, Sequence[str]]
    missing: bool = False

    @property
    def message(self) -> str:
        return next(messages[0] for messages in self.details.values())


class Refused(Exception):
    """The one contact of a request does not fit."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


@dataclass(frozen=True)
class ResolvedContact:
    """A contact whose names became rows."""

    draft: Draft
    company: int | None


@dataclass
class BulkOutcome:
    """What became of a bulk request's rows."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    problems: dict[int, Problem] = field(default_factory=dict)


@services.atomic
def create_contact(sent: ContactInput, may: May) -> int:
    """Make one contact; returns its id. Raises Refused, EmailTaken, PermissionDenied."""
    [resolved] = resolve_contacts([sent], may)
    if isinstance(resolved, Problem):
        raise Refused(resolved)
    hold([resolved])
    created = services.create_contacts([resolved.draft])
    if not created:
        raise services.EmailTaken(sent.columns["email"])
    [pk] = created.values()
    if resolved.company:
        services.choose_companies({pk: resolved.company})
    return pk


@services.atomic
def update_contact(pk: int, sent: ContactInput, may: May) -> bool:
    """Change what was sent of one contact; False when there is no such contact.

    Tags and groups that are sent become the contact's own, others go; custom fields are changed
    key by key. Raises Refused, EmailTaken, PermissionDenied.
    """
    # Before names are made, so that nothing is made for nobody. Locked after it: subscribers.services.locks.
    if not existing_ids([pk]):
        return False
    [resolved] = resolve_contacts([sent], may)
    if isinstance(resolved, Problem):
        raise Refused(resolved)
    hold([resolved])
    if sent.company == "":
        services.hold_companies_of([pk])
    # Locked before its tags and groups are read: nobody else changes them in between.
    if not services.lock_contacts([pk]):
        return False
    draft = resolved.draft
    [contact] = read_contacts([pk])
    kept_tags, kept_lists = set(draft.tags), set(draft.lists)
    tags, lists = {tag.id for tag in contact.tags}, {group.id for group in contact.lists}
    services.update_contact(
        pk,
        Draft(
            columns=draft.columns,
            custom_values=draft.custom_values,
            # Only what changes, so that history tells of nothing else.
            tags=sorted(kept_tags - tags),
            lists=sorted(kept_lists - lists),
            detach_tags=sorted(tags - kept_tags) if sent.tags is not None else (),
            detach_lists=sorted(lists - kept_lists) if sent.group_ids is not None else (),
        ),
    )
    if resolved.company:
        services.choose_companies({pk: resolved.company})
    elif sent.company == "" and (primary := contact.primary_company_id):
        services.detach_companies([pk], [primary])
    return True


@transaction.atomic
def write_contacts(
    rows: Mapping[int, ContactInput], group_ids: Sequence[int], may: May, *, update: bool
) -> BulkOutcome:
    """Make many contacts, by their place in the request; those whose address is known are changed, or skipped.

    A row that is skipped makes nothing. Raises Refused when one of `group_ids` is no group.
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
        # Another request made the others a moment ago.
        outcome.skipped += len(drafts) - len(ids)
    companies = {ids[one.draft.address]: one.company for one in resolved.values() if one.draft.address in ids}
    services.choose_companies({pk: company for pk, company in companies.items() if company})
    return outcome


def new_addresses(rows: Mapping[int, ContactInput]) -> dict[int, ContactInput]:
    """The rows whose address nobody has, the first of each address. One statement."""
    emails = [sent.columns["email"] for sent in rows.values()]
    seen = {email.lower() for email in Subscriber.objects.with_any_email(emails).values_list("email", flat=True)}
    new = {}
    for place, sent in rows.items():
        address = sent.columns["email"].lower()
        if address not in seen:
            seen.add(address)
            new[place] = sent
    return new


def resolve_contacts(
    rows: Sequence[ContactInput], may: May, group_ids: Sequence[int] = ()
) -> list[ResolvedContact | Problem]:
    """Turn names and ids into rows, those of all contacts at once; what does not exist yet is made.

    Only contacts that fit make anything. `group_ids` are for all, and are known to be groups.
    Raises PermissionDenied where something would have to be made that the user may not make.
    """
    groups = existing_lists({pk for sent in rows for pk in sent.group_ids or ()})
    stages = resolve_stages({sent.stage for sent in rows if isinstance(sent.stage, str)})
    types = types_by_slug() if any(sent.custom_fields for sent in rows) else {}
    results: list[tuple[ContactInput, dict[str, Any]] | Problem] = []
    for sent in rows:
        values, problem = fit(sent, groups, stages, types)
        results.append(problem or (sent, values))
    fitting = [result for result in results if not isinstance(result, Problem)]
    with refusing():
        make_fields({slug for _, values in fitting for slug in values} - types.keys(), len(types), may)
        tags = tags_by_title((title for sent, _ in fitting for title in sent.tags or ()), may)
        companies = companies_by_name((sent.company for sent, _ in fitting if sent.company), may)
    return [
        result
        if isinstance(result, Problem)
        else ResolvedContact(
            draft=Draft(
                columns=columns_of(result[0], stages),
                custom_values=result[1],
                tags=list(dict.fromkeys(tags[title] for title in result[0].tags or ())),
                lists=list(dict.fromkeys([*(result[0].group_ids or ()), *group_ids])),
            ),
            company=companies[result[0].company] if result[0].company else None,
        )
        for result in results
    ]


@contextmanager
def refusing() -> Iterator[None]:
    """Say in FluenzR's words why names cannot be made. Raises PermissionDenied and Refused."""
    try:
        yield
    except MayNotMake as refused:
        raise PermissionDenied(f"This API key may not make {refused.what}") from None
    except TooManyFields:
        text = f"There may not be more than {MAX_CUSTOM_FIELDS} custom fields"
        raise Refused(Problem({"customFields": [text]})) from None


def hold(resolved: Iterable[ResolvedContact]) -> None:
    """Hold all that contacts are about to be linked to: before any of them is locked (subscribers.services.locks)."""
    contacts = list(resolved)
    services.hold(
        tags={pk for one in contacts for pk in one.draft.tags},
        lists={pk for one in contacts for pk in one.draft.lists},
        companies={one.company for one in contacts if one.company},
    )


def columns_of(sent: ContactInput, stages: Mapping[str, int]) -> dict[str, Any]:
    if sent.stage is ...:
        return dict(sent.columns)
    return {**sent.columns, "pipeline_stage_id": stages[sent.stage] if isinstance(sent.stage, str) else None}


def fit(
    sent: ContactInput, groups: set[int], stages: Mapping[str, int], types: Mapping[str, Kind]
) -> tuple[dict[str, Any], Problem | None]:
    """A contact's custom values as they are stored, and what is wrong with it."""
    details: dict[str, list[str]] = {}
    if unknown := [pk for pk in sent.group_ids or () if pk not in groups]:
        details["groupIds"] = [f"Group not found: {encode(GROUP, pk)}" for pk in unknown]
    if isinstance(sent.stage, str) and sent.stage not in stages:
        details["pipelineStageId"] = [f"Pipeline stage not found: {STAGE}{sent.stage[:64]}"]
    missing = bool(details)
    expected = dict(types)
    if settings.FLUENZR_UNKNOWN_CUSTOM_FIELDS == "create":
        expected = dict.fromkeys(sent.custom_fields, Kind("text")) | expected
    checked = check_values(sent.custom_fields, expected)
    errors = {slug: text.removeprefix("The ").rstrip(".") for slug, text in checked.errors.items()}
    errors |= dict.fromkeys(checked.unknown, "Unknown custom field")
    details |= {f"customFields.{slug}": [text] for slug, text in errors.items()}
    return dict(checked.values), Problem(details, missing=missing and not errors) if details else None


def missing_groups(ids: Sequence[int]) -> Problem | None:
    """What is wrong with a request's own `groupIds`."""
    known = existing_lists(ids)
    texts = [f"Group not found: {encode(GROUP, pk)}" for pk in ids if pk not in known]
    return Problem({"groupIds": texts}, missing=True) if texts else None


@services.atomic
def tag_contact(pk: int, titles: Sequence[str], may: May) -> bool:
    """Give a contact tags, by their titles; False when there is no such contact."""
    with refusing():
        tags = tags_by_title(titles, may)
    return bool(services.attach_tags([pk], list(tags.values())))


@services.atomic
def untag_contact(pk: int, titles: Sequence[str], may: May) -> bool:
    """Take tags of those titles from a contact, where it has them; False when there is no such contact."""
    if not services.lock_contacts([pk]):
        return False
    tags = [tag for ids in ids_by_title(Tag, titles).values() for tag in ids]
    if tags:
        services.detach_tags([pk], tags)
    return True
