"""One contact: create and update it, and attach and detach its tags."""

from collections.abc import Sequence

from accounts.rights import May
from fluenzr.services.inputs import ContactInput, Problem, Refused
from fluenzr.services.names import hold, refusing, resolve_contacts
from segments.models import Tag
from segments.services import ids_by_title, tags_by_title
from subscribers import services
from subscribers.reading import existing_ids, read_contacts
from subscribers.services import Draft


@services.atomic
def create_contact(sent: ContactInput, may: May) -> int:
    """Create one contact; returns its id. Raises Refused, EmailTaken, PermissionDenied."""
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
    """Change the fields of a contact that were sent; False if the contact does not exist.

    Tags and groups replace those of the contact; of custom fields only those that were sent change.
    Raises Refused, EmailTaken, PermissionDenied.
    """
    # Checked before names are created, so that nothing is created for a contact that does not exist. Locked later:
    # subscribers.services.locks has the order.
    if not existing_ids([pk]):
        return False
    [resolved] = resolve_contacts([sent], may)
    if isinstance(resolved, Problem):
        raise Refused(resolved)
    hold([resolved])
    if sent.company == "":
        services.hold_companies_of([pk])
    # Locked before its tags and groups are read, so that no other request changes them in between.
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
            # Only what changes, so that history has nothing else.
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


@services.atomic
def tag_contact(pk: int, titles: Sequence[str], may: May) -> bool:
    """Attach tags to a contact, by title; False if the contact does not exist."""
    with refusing():
        tags = tags_by_title(titles, may)
    return bool(services.attach_tags([pk], list(tags.values())))


@services.atomic
def untag_contact(pk: int, titles: Sequence[str], may: May) -> bool:
    """Detach the tags with these titles from a contact; False if the contact does not exist."""
    if not services.lock_contacts([pk]):
        return False
    tags = [tag for ids in ids_by_title(Tag, titles).values() for tag in ids]
    if tags:
        services.detach_tags([pk], tags)
    return True
