"""What a company looks like in FluentCRM's words (companies.json)."""

from typing import Any

from companies.models import COLUMNS, Company
from wp_rest.dates import write_datetime


def show_company(company: Company, *, new: bool = False) -> dict[str, Any]:
    """A company with the keys of the recordings, in their order. With `new`, some texts are numbers, as recorded."""
    values = tuple(getattr(company, name) for name in COLUMNS)
    return show_row(values, company.custom_values, company.created_at, company.updated_at, new=new)


def show_row(
    values: tuple[Any, ...], custom_values: Any, created_at: Any, updated_at: Any, *, new: bool = False
) -> dict[str, Any]:
    """The same for a row that was read by fixed SQL; `values` are in the order of COLUMNS."""
    shown = dict(zip(COLUMNS, values, strict=True))
    if not new:
        for name in ("owner_id", "employees_number"):
            shown[name] = None if shown[name] is None else str(shown[name])
    if shown["date_of_start"] is not None:
        shown["date_of_start"] = str(shown["date_of_start"])
    shown["meta"] = {"custom_values": custom_values or {}}
    shown["created_at"] = write_datetime(created_at)
    shown["updated_at"] = write_datetime(updated_at)
    return shown
