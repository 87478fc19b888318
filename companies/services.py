"""Making and changing companies."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from changes.rows import saving
from changes.services import Entry, record
from companies.models import Company, Experiments
from database.insert import insert_new

MAX_NAME = 192


class NameTaken(Exception):
    """Another company has that name."""


def save_company(company: Company) -> None:
    """Write one company; raises NameTaken, also when another request took the name just now."""
    # Asked first, as an insert that fails uses up an id all the same.
    if Company.objects.exclude(pk=company.pk).named([company.name]).exists():
        raise NameTaken(company.name)
    try:
        with transaction.atomic(), saving(company, "company"):
            company.save()
    except IntegrityError as error:
        if Company.objects.exclude(pk=company.pk).named([company.name]).exists():
            raise NameTaken(company.name) from error
        raise


def name_companies(names: Iterable[str]) -> dict[str, int]:
    """The ids of companies by lower-cased name; those that do not exist are made. At most four statements."""
    sent = {name.strip().lower(): name.strip()[:MAX_NAME] for name in names if name.strip()}
    wanted = {name.lower(): name for name in sent.values()}
    found = _ids_by_name(wanted.values())
    missing = sorted(wanted.keys() - found.keys())
    if missing:
        create_new([Company(name=wanted[key]) for key in missing])
        found |= _ids_by_name(wanted[key] for key in missing)
    return {key: found[name.lower()] for key, name in sent.items() if name.lower() in found}


@transaction.atomic(savepoint=False)
def create_new(companies: Sequence[Company]) -> None:
    """Insert companies, but those whose name is taken, and record which are new. Two statements at most."""
    made = insert_new(companies, "name", "name")
    record(Entry("company_created", None, {"title": name}, ("company", pk)) for pk, name in made)


@transaction.atomic
def set_company_type(ids: Iterable[int], value: str) -> int:
    """Give companies a type, one of TYPES; returns how many there are. Two statements, and one for those that had another."""
    companies = dict(
        Company.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update().values_list("pk", "type")
    )
    Company.objects.filter(pk__in=companies).update(type=value, updated_at=timezone.now())
    record(
        Entry("company_updated", None, {"columns": ["type"]}, ("company", pk))
        for pk, before in companies.items()
        if before != value
    )
    return len(companies)


def _ids_by_name(names: Iterable[str]) -> dict[str, int]:
    rows = Company.objects.named(names).values_list("name", "pk")
    return {name.lower(): pk for name, pk in rows}


@transaction.atomic
def remember_experiments(told: Mapping[str, object]) -> dict[str, object]:
    """Keep what a client says of the site's modules, beside what was said before; returns all of it."""
    row, _ = Experiments.objects.select_for_update().get_or_create(pk=1)
    row.settings = {**row.settings, **told}
    row.save()
    return row.settings


def experiments() -> dict[str, object]:
    """What clients told of the site's modules, which are always on."""
    row = Experiments.objects.filter(pk=1).first()
    return {"company_module": "yes", "event_tracking": "yes", **(row.settings if row else {})}
