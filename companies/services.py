"""Making and changing companies."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.rights import May, demand
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
    """Write one company. Raises NameTaken, also if another request has just taken the name."""
    # Checked first, as an insert that fails also uses up an id.
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
    """Whether another company has its name, as `fold` compares. One statement.

    False if it shares its name since before names were compared with `fold`, and keeps it.
    """
    same = dict(Company.objects.named([company.name]).values_list("pk", "twin"))
    return bool(same.keys() - {company.pk}) and not same.get(company.pk)


def resolve_companies(names: Iterable[str]) -> dict[str, int]:
    """The ids of companies by name, as `fold` compares. Companies that do not exist are created.

    At most four statements.
    """
    wanted = {name: plain for name in names if (plain := name.strip()[:MAX_NAME])}
    found = ids_by_text(TABLE, "name", wanted.values()) if wanted else {}
    # In nearly the order of the index: two transactions that create the same companies then wait
    # for each other in one order.
    missing = sorted(sorted({*wanted.values()} - found.keys()), key=str.casefold)
    if missing:
        create_new([Company(name=plain) for plain in missing])
        found |= ids_by_text(TABLE, "name", missing)
    return {name: found[plain][0] for name, plain in wanted.items() if plain in found}


def companies_by_name(names: Iterable[str], may: May) -> dict[str, int]:
    """The id of the company with each name. Companies that do not exist are created. Raises MayNotMake."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    if not may("companies.add_company"):
        known = ids_by_text(TABLE, "name", wanted)
        if any(name not in known for name in wanted):
            demand("companies.add_company", may, "companies")
    return resolve_companies(wanted)


@transaction.atomic(savepoint=False)
def create_new(companies: Sequence[Company]) -> None:
    """Insert the companies whose name is not taken, and record the new ones. At most two statements."""
    made = insert_new(companies, "name")
    record(Entry("company_created", None, {"title": name}, ("company", pk)) for pk, name in made)


@transaction.atomic
def set_company_type(ids: Iterable[int], value: str) -> int:
    """Set the type of companies, one of TYPES; returns how many exist. Two or three statements."""
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
def remember_experiments(switches: Mapping[str, object]) -> dict[str, object]:
    """Store switches of modules, beside those that were stored before; returns all of them."""
    row, _ = Experiments.objects.select_for_update().get_or_create(pk=1)
    row.settings = {**row.settings, **switches}
    row.save()
    return row.settings


def experiments() -> dict[str, object]:
    """The switches of modules that clients have stored. They have no effect."""
    row = Experiments.objects.filter(pk=1).first()
    return {"company_module": "yes", "event_tracking": "yes", **(row.settings if row else {})}
