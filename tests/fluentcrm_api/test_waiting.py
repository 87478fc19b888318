"""A hundred clients that wait for news, on a real server, keep nobody else from work."""

import http.client
import json
from contextlib import ExitStack, closing
from typing import Any

from tests.client import FLUENTCRM
from tests.fluentcrm_api.running import Running

CHANGES = f"{FLUENTCRM}/subscribers/changes"
# At least those that wait in one of the processes hear of it as it happens.
WAITERS, OF_EACH = 100, 2


def ask(running: Running, method: str, path: str, body: Any = None) -> Any:
    client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    with closing(client):
        headers = {"Authorization": running.basic, "Content-Type": "application/json"}
        client.request(method, path, body and json.dumps(body), headers)
        return json.loads(client.getresponse().read())


def test_a_hundred_clients_that_wait_stall_nobody_and_get_the_news(running: Running) -> None:
    cursor = ask(running, "GET", CHANGES)["cursor"]
    with ExitStack() as stack:
        clients = []
        for _ in range(WAITERS):
            client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
            stack.enter_context(closing(client))
            client.request("GET", f"{CHANGES}?cursor={cursor}&wait=25", headers={"Authorization": running.basic})
            clients.append(client)
        # Answered while they wait: each process has threads left.
        assert [running.get() for _ in range(20)] == [200] * 20
        made = ask(running, "POST", f"{FLUENTCRM}/subscribers", {"email": "news@example.com", "status": "subscribed"})
        pages = [json.loads(client.getresponse().read()) for client in clients]
    told = [page for page in pages if page["contacts"]]
    sent_away = [page for page in pages if not page["contacts"]]
    assert all(page["contacts"][0]["id"] == made["contact"]["id"] for page in told)
    # Who could not wait is told when to ask again, and loses nothing.
    assert all((page["retry_after"], page["cursor"]) == (5, cursor) for page in sent_away)
    assert len(told) >= OF_EACH
    assert sent_away
