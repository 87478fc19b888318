"""Turns names and ids into rows, and the errors of that into FluenzR's messages."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.rights import May, MayNotMake
from companies.services import companies_by_name
from custom_fields.services import MAX_CUSTOM_FIELDS, TooManyFields, check_values, make_fields, types_by_slug
from custom_fields.types import Kind
from fluenzr.ids import GROUP, STAGE, encode
from fluenzr.services.inputs import ContactInput, Problem, Refused, ResolvedContact
from pipelines.services import resolve_stages
from segments.services import existing_lists, tags_by_title
from subscribers import services
from subscribers.services import Draft


def resolve_contacts(
    rows: Sequence[ContactInput], may: May, group_ids: Sequence[int] = ()
) -> list[ResolvedContact | Problem]:
    """Turn the names and ids of all contacts into rows. Names that do not exist yet are created.

    A contact with a problem creates nothing. `group_ids` are for all contacts, and exist. Raises PermissionDenied if
    the user may not create what is needed.
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
    """Turn the errors of making what is named into FluenzR's. Raises PermissionDenied and Refused."""
    try:
        yield
    except MayNotMake as refused:
        raise PermissionDenied(f"This API key may not make {refused.what}") from None
    except TooManyFields:
        text = f"There may not be more than {MAX_CUSTOM_FIELDS} custom fields"
        raise Refused(Problem({"customFields": [text]})) from None


def columns_of(sent: ContactInput, stages: Mapping[str, int]) -> dict[str, Any]:
    if sent.stage is ...:
        return dict(sent.columns)
    return {**sent.columns, "pipeline_stage_id": stages[sent.stage] if isinstance(sent.stage, str) else None}


def fit(
    sent: ContactInput, groups: set[int], stages: Mapping[str, int], types: Mapping[str, Kind]
) -> tuple[dict[str, Any], Problem | None]:
    """The custom values of a contact as they are stored, and what is wrong with the contact."""
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


def hold(resolved: Iterable[ResolvedContact]) -> None:
    """Keep what the contacts will be linked to from being deleted. Before the contacts are locked: see
    subscribers.services.locks.
    """
    contacts = list(resolved)
    services.hold(
        tags={pk for one in contacts for pk in one.draft.tags},
        lists={pk for one in contacts for pk in one.draft.lists},
        companies={one.company for one in contacts if one.company},
    )
