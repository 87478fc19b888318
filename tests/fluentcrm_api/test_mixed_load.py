"""Eight clients do everything at once to the same few contacts, on a real server with two workers."""

import http.client
import json
import random
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.client import FLUENTCRM
from tests.postgres import free_port
from tests.processes import Prepared, manage, served
from tests.threads import at_once

CLIENTS = 8
REQUESTS = 60  # a client
# What is kept beside the rows themselves agrees with a look at the rows.
BOOKS = """
import json
from segments.counts import count_contacts, counts_by_status
from segments.models import ContactList, Tag
from changes.models import ChangedContact
from subscribers.models import Subscriber, SubscriberList, SubscriberTag

wrong = []
if count_contacts() != Subscriber.objects.count():
    wrong.append("contacts")
for kind, model, links in (("tag", Tag, SubscriberTag), ("list", ContactList, SubscriberList)):
    for pk, counts in counts_by_status(kind, list(model.objects.values_list("pk", flat=True))).items():
        for status, count in counts.items():
            if links.objects.filter(**{kind: pk, "subscriber__status": status}).count() != count:
                wrong.append([kind, pk, status])
gone = ChangedContact.objects.exclude(contact_id__in=Subscriber.objects.values("pk")).exclude(change__event="deleted")
members = Subscriber.objects.exclude(company_links=None)
if gone.exists():
    wrong.append("history of contacts that are gone")
if set(members) != set(Subscriber.objects.exclude(company=None)):
    wrong.append("primary companies")
print(json.dumps(wrong))
"""


class Someone:
    """A client that knows some ids and words, and picks the next request at random."""

    def __init__(self, port: int, authorizations: dict[str, str], seed: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.authorizations = authorizations
        self.random = random.Random(seed)
        self.contacts, self.tags = [1], [1]

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        face = "/v1" if path.startswith("/v1") else FLUENTCRM
        address = path if face == "/v1" else face + path
        headers = {"Authorization": self.authorizations[face], "Content-Type": "application/json"}
        self.connection.request(method, address, body and json.dumps(body), headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def look_around(self) -> None:
        _, listed = self.send("GET", "/subscribers?per_page=50")
        self.contacts = [contact["id"] for contact in listed["data"]] or [1]
        _, listed = self.send("GET", "/tags?per_page=50")
        self.tags = [tag["id"] for tag in listed["tags"]["data"]] or [1]

    def any_request(self) -> tuple[Any, ...]:
        pick = self.random.choice
        word = partial(pick, ["alpha", "beta", "gamma", "delta", *(f"tag {n}" for n in range(10))])
        email = f"c{self.random.randrange(30)}@example.com"
        company = f"Company {self.random.randrange(4)}"
        pk, tag = pick(self.contacts), pick(self.tags)
        some = [pick(self.contacts) for _ in range(self.random.randrange(1, 25))]
        bulk = ("PUT", "/subscribers/do-bulk-action")
        rows = [
            {"email": f"c{n}@example.com", "status": "subscribed", "tags": [word()], "city": word()} for n in some[:9]
        ]
        others = [{"email": row["email"], "tags": row["tags"], "company": company} for row in rows]
        new = {
            "email": email,
            "status": pick(["subscribed", "pending", "bounced"]),
            "tags": [word()],
            "lists": [word()],
        }
        return pick(
            [
                ("POST", "/subscribers", new),
                ("POST", "/subscribers", {**new, "__force_update": "yes", "first_name": word()}),
                ("PUT", f"/subscribers/{pk}", {"first_name": word(), "attach_tags": [word()], "detach_tags": [tag]}),
                ("DELETE", f"/subscribers/{pk}"),
                ("POST", "/subscribers/bulk-add-update", {"contacts": rows}),
                ("POST", "/subscribers/sync-segments", {"type": "tags", "attach": [tag, word()], "subscribers": some}),
                (*bulk, {"action_name": "add_to_lists", "action_options": [1, 2, 3], "subscriber_ids": some}),
                (*bulk, {"action_name": "change_contact_status", "new_status": "bounced", "subscriber_ids": some}),
                (*bulk, {"action_name": "add_to_company", "action_options": [1, 2], "subscriber_ids": some}),
                (*bulk, {"action_name": "delete_contacts", "subscriber_ids": some[:3]}),
                ("DELETE", f"/tags/{tag}"),
                ("PUT", f"/tags/{tag}", {"title": word()}),
                ("POST", "/companies", {"name": company, "owner_id": pk}),
                ("DELETE", f"/companies/{self.random.randrange(1, 5)}"),
                ("POST", f"/subscribers/{pk}/notes", {"note": {"title": "T", "description": "D", "type": "note"}}),
                ("PUT", f"/subscribers/{pk}/notes/1", {"note": {"title": "T", "description": "D"}}),
                ("PUT", "/custom-fields/contacts", {"fields": [{"type": "text", "label": word()}]}),
                ("GET", f"/subscribers?search={email}&custom_fields=true"),
                ("GET", f"/subscribers/{pk}/history"),
                ("POST", "/v1/contacts", {**others[0], "email": email, "customFields": {"sector": "x"}}),
                ("POST", "/v1/contacts/bulk", {"contacts": others, "onDuplicate": pick(["skip", "update"])}),
            ]
        )

    def work(self) -> list[tuple[int, Any]]:
        """The statuses of the answers, each with its request."""
        answered = []
        for number in range(REQUESTS):
            if number % 10 == 0:
                self.look_around()
            request = self.any_request()
            answered.append((self.send(*request)[0], request))
        self.connection.close()
        return answered


def test_it_answers_all_of_them_and_keeps_its_books_right(opened: Prepared) -> None:
    port = free_port()
    basic = b64encode(f"admin:{opened.password}".encode()).decode()
    seed = random.randrange(10**6)
    with served(opened.environment, port):
        authorizations = {FLUENTCRM: f"Basic {basic}", "/v1": f"Bearer {opened.key}"}
        work: list[Callable[[], Any]] = [Someone(port, authorizations, seed + n).work for n in range(CLIENTS)]
        answered = [answer for client in at_once(*work) for answer in client]
    statuses = Counter(status for status, _ in answered)
    assert not [answer for answer in answered if answer[0] >= 500], f"seed {seed}"
    assert statuses[200] > len(answered) / 3, statuses
    books = manage(opened.environment, "shell", "-v", "0", "-c", BOOKS)
    assert (books.stdout, books.stderr) == ("[]\n", "")
