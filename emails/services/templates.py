"""Templates: saved, copied, deleted, each recorded."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from changes.rows import entry_of, saving
from changes.services import Entry, record
from emails.models import Template

UNTITLED = "Untitled template"
DUPLICATE = "[Duplicate] "


def save_template(template: Template) -> None:
    """Write one template; one without a title gets one. Three statements at most."""
    template.title = template.title.strip() or UNTITLED
    with saving(template, "template"):
        template.save()


def duplicate_template(template: Template, user_id: int | None) -> Template:
    """A copy in the name of that user, as a draft."""
    copy = Template(
        title=(DUPLICATE + template.title)[:192],
        created_by_id=user_id,
        **{
            name: getattr(template, name)
            for name in ("subject", "pre_header", "body", "design", "settings", "edit_type")
        },
    )
    save_template(copy)
    return copy


@transaction.atomic
def delete_templates(ids: Iterable[int]) -> int:
    """Delete templates; returns how many there were. Two statements, and the entries'."""
    found = list(Template.objects.filter(pk__any_of=ids).order_by("pk").select_for_update())
    Template.objects.filter(pk__any_of=[template.pk for template in found]).delete()
    record([entry_of(template, "template", "deleted") for template in found])
    return len(found)


@transaction.atomic
def set_template_status(ids: Iterable[int], status: str) -> int:
    """Give templates a status; returns how many there are. Two statements, and the entries' of those that had another."""
    found = list(Template.objects.filter(pk__any_of=ids).order_by("pk").select_for_update().only("pk", "status"))
    changed = [template.pk for template in found if template.status != status]
    Template.objects.filter(pk__any_of=changed).update(status=status, updated_at=timezone.now())
    record([Entry("template_updated", None, {"columns": ["status"]}, ("template", pk)) for pk in changed])
    return len(found)
