"""Making and changing companies."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from changes.rows import saving
from changes.services import Entry, record
from companies.models import Company, Experiments
from database.insert import insert_new
from database.sql import ids_by_text

MAX_NAME = 192
TABLE = Company._meta.db_table


class NameTaken(Exception):
    """Another company has that name."""


def save_company(company: Company) -> None:
    """Write one company; raises NameTaken, also when another request took the name just now."""
    # Asked first, as an insert that fails uses up an id all the same.
    if is_taken(company):
        raise NameTaken(company.name)
    try:
        with transaction.atomic(), saving(company, "company"):
            company.save()
    except IntegrityError as error:
        if is_taken(company):
            raise NameTaken(company.name) from error
        raise


def is_taken(company: Company) -> bool:
    """Whether another has its name, as `fold` compares. One statement.

    No longer where it shares the name since before names were compared so, and keeps it.
    """
    same = dict(Company.objects.named([company.name]).values_list("pk", "twin"))
    return bool(same.keys() - {company.pk}) and not same.get(company.pk)


def resolve_companies(names: Iterable[str]) -> dict[str, int]:
    """The ids of companies by the names given, as `fold` compares; those that do not exist are made.

    At most four statements.
    """
    wanted = {name: plain for name in names if (plain := name.strip()[:MAX_NAME])}
    found = ids_by_text(TABLE, "name", wanted.values()) if wanted else {}
    # In nearly the order in which the index has them: two transactions that make the same ones then wait
    # for each other in one order.
    missing = sorted(sorted({*wanted.values()} - found.keys()), key=str.casefold)
    if missing:
        create_new([Company(name=plain) for plain in missing])
        found |= ids_by_text(TABLE, "name", missing)
    return {name: found[plain][0] for name, plain in wanted.items() if plain in found}


@transaction.atomic(savepoint=False)
def create_new(companies: Sequence[Company]) -> None:
    """Insert companies, but those whose name is taken, and record which are new. Two statements at most."""
    made = insert_new(companies, "name")
    record(Entry("company_created", None, {"title": name}, ("company", pk)) for pk, name in made)


@transaction.atomic
def set_company_type(ids: Iterable[int], value: str) -> int:
    """Give companies a type, one of TYPES; returns how many there are. Two statements, and one for those that had another."""
    chosen = Company.objects.filter(pk__any_of=ids).order_by("pk").select_for_update()
    companies = dict(chosen.values_list("pk", "type"))
    Company.objects.filter(pk__any_of=list(companies)).update(type=value, updated_at=timezone.now())
    record(
        Entry("company_updated", None, {"columns": ["type"]}, ("company", pk))
        for pk, before in companies.items()
        if before != value
    )
    return len(companies)


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
