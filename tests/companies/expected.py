"""What the API answers about companies, as literals that several tests compare with."""

from typing import Any

from companies.models import Company
from wp_rest.dates import write_datetime


def company_row(company: Company, **given: Any) -> dict[str, Any]:
    """A company as it is shown: empty but for its name and what is given."""
    row = {
        "id": company.pk,
        "hash": company.hash,
        "owner_id": None,
        "name": company.name,
        "industry": None,
        "email": None,
        "timezone": None,
        "address_line_1": None,
        "address_line_2": None,
        "postal_code": None,
        "city": None,
        "state": None,
        "country": None,
        "employees_number": "0",
        "description": None,
        "phone": None,
        "type": "",
        "logo": None,
        "website": None,
        "linkedin_url": None,
        "facebook_url": None,
        "twitter_url": None,
        "date_of_start": None,
        "meta": {"custom_values": {}},
        "created_at": write_datetime(company.created_at),
        "updated_at": write_datetime(company.updated_at),
    }
    return row | given


def page(rows: list[Any], **given: Any) -> dict[str, Any]:
    """The envelope of a first and only page."""
    envelope = {
        "total": len(rows),
        "per_page": 15,
        "current_page": 1,
        "last_page": 1 if rows else 0,
        "next_page_url": None,
        "prev_page_url": None,
        "from": 1 if rows else None,
        "to": len(rows) or None,
        "data": rows,
    }
    return envelope | given
