"""Writing labels, and putting them on things."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from changes.rows import entry_of, saving
from changes.services import record
from database.sql import any_of, execute, ids_parameter, rows_of_ids
from labels.models import Label, Labelled

# What may have labels. A new kind is a word here.
KINDS = ("automation", "campaign", "recurring", "sequence", "template", "contact")
Action = Literal["attach", "detach"]
ATTACH = """
    INSERT INTO labels_labelled (label_id, kind, object_id)
    SELECT l.id, %s, o.id FROM labels_label l CROSS JOIN {rows} WHERE l.id {any_of} ORDER BY l.id, o.id
    ON CONFLICT DO NOTHING
"""
DETACH = "DELETE FROM labels_labelled WHERE kind = %s AND object_id {any_of} AND label_id {any_of}"
REMOVE = "DELETE FROM labels_labelled WHERE kind = %s AND object_id {any_of}"


def save_label(label: Label) -> None:
    """Write one label, and record it."""
    with transaction.atomic(), saving(label, "label"):
        label.save()


@transaction.atomic
def find_or_create_labels(wanted: Sequence[Mapping[str, Any]]) -> list[int]:
    """The ids of the labels with these titles, slugs and colors, found by title and slug; new ones are recorded.

    Two statements at most, and the entries'.
    """
    there: dict[tuple[str, str], int] = {}
    found = Label.objects.filter(title__in=[row["title"] for row in wanted])
    for pk, title, slug in found.values_list("pk", "title", "slug"):
        there.setdefault((title, slug), pk)
    keys = [(row["title"], row["slug"]) for row in wanted]
    missing = {key: Label(**row) for key, row in zip(keys, wanted, strict=True) if key not in there}
    Label.objects.bulk_create(missing.values())
    record([entry_of(label, "label", "created") for label in missing.values()])
    return [there.get(key) or missing[key].pk for key in keys]


@transaction.atomic
def delete_labels(ids: Iterable[int]) -> int:
    """Delete labels and take them off everything; returns how many there were. Four statements."""
    labels = list(Label.objects.filter(pk__any_of=list(ids)).order_by("pk").select_for_update())
    if labels:
        entries = [entry_of(label, "label", "deleted") for label in labels]
        Label.objects.filter(pk__any_of=[label.pk for label in labels]).delete()
        record(entries)
    return len(labels)


def set_labels(kind: str, ids: int | Iterable[int], label_ids: Iterable[int], action: Action) -> None:
    """Put labels on rows of a kind, or take them off. Labels that do not exist are left out. One statement.

    The caller knows that the rows exist. Contacts do not notice: nothing is recorded.
    """
    known(kind)
    rows = ids_parameter([ids] if isinstance(ids, int) else sorted(set(ids)))
    chosen = ids_parameter(sorted(set(label_ids)))
    if action == "attach":
        execute(ATTACH.format(rows=rows_of_ids("o"), any_of=any_of()), kind, rows, chosen)
    else:
        execute(DETACH.format(any_of=any_of()), kind, rows, chosen)


def remove_labels(kind: str, ids: Iterable[int]) -> None:
    """Take all labels off rows that are deleted. One statement."""
    execute(REMOVE.format(any_of=any_of()), known(kind), ids_parameter(ids))


def labels_of(kind: str, ids: Iterable[int]) -> dict[int, list[Label]]:
    """The labels of each of the rows, in the order of their ids. One statement, none for no rows."""
    found: dict[int, list[Label]] = {pk: [] for pk in ids}
    if found:
        links = Labelled.objects.filter(kind=known(kind), object_id__any_of=list(found))
        for link in links.select_related("label").order_by("label_id"):
            found[link.object_id].append(link.label)
    return found


def with_any_label(kind: str, rows: QuerySet[Any], label_ids: Iterable[int]) -> QuerySet[Any]:
    """The rows that have one of the labels."""
    links = Labelled.objects.filter(label__any_of=list(label_ids), kind=known(kind), object_id=OuterRef("pk"))
    return rows.filter(Exists(links))


def known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"labels.services.KINDS has no {kind!r}.")
    return kind
