"""What is asked for: of our server, and of the bare statement for the same rows."""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks.client import make_request
from benchmarks.dataset import COMMON_TAG, FIRST_NAMES, LAST_NAMES, RARE_TAG

API = "/wp-json/fluent-crm/v2"
# Each has an index for it.
SORTS = ("created_at", "last_activity", "email", "first_name", "last_name")
VARIANTS = 200  # requests of a case that asks for something else each time


@dataclass(frozen=True)
class Ask:
    """One request, to each of the two servers. `body` goes to ours alone."""

    ours: str
    bare: str
    method: str = "GET"
    body: Any = None

    def as_bytes(self, server: str, authorization: str) -> bytes:
        if server == "ours":
            return make_request(self.method, API + self.ours, {"Authorization": authorization}, self.body)
        return make_request("GET", self.bare, {})


@dataclass(frozen=True)
class Case:
    """A line of the table. A read asks the same again and again, a write something new each time.

    `rows` takes the rows out of our answer, to compare them with the bare ones; a write has none.
    """

    name: str
    asks: Iterable[Ask]
    rows: Callable[[Any], Any] | None = None

    def requests(self, server: str, authorization: str, most: int) -> Iterator[bytes]:
        """The bytes to send to "ours" or "bare", made beforehand; at least `most` of them."""
        if self.rows:
            return itertools.cycle([ask.as_bytes(server, authorization) for ask in self.asks])
        return iter([ask.as_bytes(server, authorization) for ask in itertools.islice(self.asks, most)])


def subscribers(answer: Any) -> Any:
    return (answer.get("subscribers") or answer)["data"]


def make_cases(contacts: int) -> tuple[list[Case], list[Case]]:
    """The reads and the writes, for that many contacts."""
    rng = random.Random(1)  # noqa: S311 - picks what is asked for

    def deep_page() -> Ask:
        offset = rng.randrange(contacts * 2 // 3, contacts - 10) // 10 * 10
        return Ask(f"/subscribers?page={offset // 10 + 1}", f"/deep/{contacts - offset - 10}")

    def search() -> Ask:
        """The beginning of an address: it is the address of about ten contacts, or of none."""
        number = rng.randrange(contacts)
        text = f"{FIRST_NAMES[number % len(FIRST_NAMES)]}.{LAST_NAMES[number // 7 % len(LAST_NAMES)]}.{number // 10}"
        return Ask(f"/subscribers?search={text.lower()}", f"/search/{text.lower()}")

    def single_contact() -> Ask:
        pk = rng.randrange(1, contacts + 1)
        return Ask(f"/subscribers/{pk}", f"/one/{pk}")

    def new_contact(number: int) -> Ask:
        email = f"new.{number}@example.com"
        body = {"email": email, "first_name": "Ada", "last_name": "Novak", "status": "subscribed"}
        return Ask("/subscribers", f"/create/{email}", "POST", {**body, "tags": [1], "lists": [1]})

    def changed_contact(number: int) -> Ask:
        pk = rng.randrange(1, contacts + 1)
        return Ask(
            f"/subscribers/{pk}", f"/update/Town-{number}/{pk}", "PUT", {"subscriber": {"city": f"Town-{number}"}}
        )

    def several(make: Callable[[], Ask]) -> list[Ask]:
        return [make() for _ in range(VARIANTS)]

    reads = [
        Case("page 1 of 10", [Ask("/subscribers", "/page-of-10")], subscribers),
        Case("page 1 of 100", [Ask("/subscribers?per_page=100", "/page-of-100")], subscribers),
        Case("deep page of 10, last third", several(deep_page), subscribers),
        Case("a common tag", [Ask(f"/subscribers?tags[]={COMMON_TAG}", f"/tag/{COMMON_TAG}")], subscribers),
        Case("a rare tag", [Ask(f"/subscribers?tags[]={RARE_TAG}", f"/tag/{RARE_TAG}")], subscribers),
        Case("search", several(search), subscribers),
        *(
            Case(
                f"sorted by {column}{', upward' if upward else ''}",
                [
                    Ask(
                        f"/subscribers?sort_by={column}{'&sort_type=asc' if upward else ''}",
                        f"/{column}{'-up' * upward}",
                    )
                ],
                subscribers,
            )
            for column in SORTS
            for upward in (False, True)
        ),
        Case("with custom fields", [Ask("/subscribers?custom_fields=true", "/custom")], subscribers),
        Case("one contact", several(single_contact), lambda answer: answer["subscriber"]),
        Case("/tags with counts", [Ask("/tags", "/tags")], lambda answer: answer["tags"]["data"]),
    ]
    writes = [
        Case("create, with a tag and a list", map(new_contact, itertools.count(1))),
        Case("update of one field", map(changed_contact, itertools.count(1))),
    ]
    return reads, writes
