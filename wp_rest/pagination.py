"""Pages as FluentCRM counts them: total, per_page, current_page, last_page, addresses, from, to, data."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from rest.numbers import as_integer
from wp_rest.parameters import CONTROL_PARAMETERS, Repeated

MAX_PER_PAGE = 1000


@dataclass(frozen=True)
class PageRequest:
    """Which page is asked for, from `page` (1 and up) and `per_page` (1 to 1000, else the default)."""

    number: int
    per_page: int

    @classmethod
    def from_params(cls, params: dict[str, Any], default: int = 15) -> "PageRequest":
        number = as_integer(params.get("page")) or 1
        per_page = as_integer(params.get("per_page")) or default
        return cls(max(number, 1), min(per_page, MAX_PER_PAGE) if per_page > 0 else default)

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.per_page

    def beyond(self, total: int) -> bool:
        """True if this page starts after the last row: then it is empty, without a statement."""
        return self.offset >= total

    def read(self, rows: QuerySet[Any]) -> tuple[list[Any], int]:
        """The rows of this page, and the number of rows on all pages. Two statements; one for a page after the last."""
        total = rows.count()
        return [] if self.beyond(total) else list(rows[self.offset :][: self.per_page]), total

    def envelope(self, rows: list[Any], total: int, path: str, params: dict[str, Any]) -> dict[str, Any]:
        """The answer with the page. The addresses in it are paths with all parameters of the request."""
        last_page = -(-total // self.per_page)

        def address(number: int) -> str:
            kept = [pair for name, value in params.items() for pair in flatten(name, value)]
            return f"{path}?{urlencode([pair for pair in kept if pair[0] != 'page'] + [('page', number)])}"

        return {
            "total": total,
            "per_page": self.per_page,
            "current_page": self.number,
            "last_page": last_page,
            "next_page_url": address(self.number + 1) if self.number < last_page else None,
            "prev_page_url": address(self.number - 1) if self.number > 1 else None,
            "from": self.offset + 1 if rows else None,
            "to": self.offset + len(rows) if rows else None,
            "data": rows,
        }


def flatten(name: str, value: Any) -> list[tuple[str, str]]:
    """A parameter as pairs of name and value with PHP brackets; parsing them gives the parameter again."""
    if name in CONTROL_PARAMETERS or value is None:
        return []
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in flatten(f"{name}[{key}]", inner)]
    if isinstance(value, list):
        return [
            pair
            for index, inner in enumerate(value)
            for pair in flatten(f"{name}[{index if isinstance(inner, dict | list) else ''}]", inner)
        ]
    if isinstance(value, Repeated):
        return [(name, text) for text in value.values]
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    return [(name, str(value))]
