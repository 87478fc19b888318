"""The parameters of lists, and their pages."""

from collections.abc import Collection
from typing import Any

from rest.openapi import INTEGER, TEXT, Schema, listed, nullable, obj, one_of, query, say
from wp_rest.pagination import MAX_PER_PAGE


def pages(default: int = 15) -> list[Schema]:
    """The parameters of every list that comes in pages (wp_rest.pagination)."""
    return [
        query("page", {"type": "integer", "minimum": 1, "default": 1}, "The page to show. A number below 1 means 1."),
        query(
            "per_page",
            {"type": "integer", "minimum": 1, "maximum": MAX_PER_PAGE, "default": default},
            f"The number of rows on a page. A number above {MAX_PER_PAGE} means {MAX_PER_PAGE}; below 1, the default.",
        ),
    ]


def sorting(kind: str, columns: Collection[str], direction: str = "sort_type") -> list[Schema]:
    """The parameters that sort a list of `kind` (Contact, Tag)."""
    return [
        query(
            "sort_by",
            one_of(*sorted(columns), default="id", title=f"{kind}SortColumn"),
            "The column to sort by. An unknown column means `id`. You can also write `order_by`.",
        ),
        query(
            direction,
            one_of("ASC", "DESC", default="DESC", title="SortDirection"),
            "The direction: `ASC` or `DESC`. `sort_type`, `sort_order`, `order_type` and `order` mean the same.",
        ),
    ]


def page_of(row: Schema) -> Schema:
    """A page as FluentCRM counts them (wp_rest.pagination.PageRequest.envelope).

    Its name in the document comes from the row's: a ref to ListedTag makes TagPage.
    """
    address = nullable(TEXT)
    name = str(row["$ref"]).rpartition("/")[2].removeprefix("Listed")
    return obj(
        {
            "total": say(INTEGER, "The number of rows on all pages."),
            "per_page": INTEGER,
            "current_page": INTEGER,
            "last_page": say(INTEGER, "The number of the last page; 0 if there are no rows."),
            "next_page_url": say(
                address, "The path of the next page, with the parameters of this request; null on the last page."
            ),
            "prev_page_url": say(address, "The path of the previous page; null on the first page."),
            "from": say(
                nullable(INTEGER), "The position of the first row of this page, from 1; null if the page is empty."
            ),
            "to": say(nullable(INTEGER), "The position of the last row of this page; null if the page is empty."),
            "data": listed(row),
        },
        title=f"{name}Page",
    )


def page_example(*rows: Any, per_page: int = 15) -> dict[str, Any]:
    return {
        "total": len(rows),
        "per_page": per_page,
        "current_page": 1,
        "last_page": 1,
        "next_page_url": None,
        "prev_page_url": None,
        "from": 1,
        "to": len(rows),
        "data": list(rows),
    }
