"""A thousand requests, each sent twice at the same time to a real server, make a thousand contacts."""

import http.client
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.client import FLUENTCRM
from tests.postgres import free_port
from tests.processes import manage, prepared_site, served
from tests.threads import at_once

PAIRS, STREAMS = 1000, 4
COUNT = "from subscribers.models import Subscriber; print(Subscriber.objects.count())"


def test_a_thousand_pairs_of_requests_at_once_make_a_thousand_contacts(tmp_path: Path) -> None:
    with prepared_site(tmp_path, FLUENZR_RATE_LIMIT="0") as prepared:
        port = free_port()
        basic = b64encode(f"admin:{prepared.password}".encode()).decode()
        faces = {FLUENTCRM + "/subscribers": f"Basic {basic}", "/v1/contacts": f"Bearer {prepared.key}"}

        def half(stream: int) -> list[tuple[int, Any]]:
            """The answers to the requests of one stream, which another client sends as well."""
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            answers = []
            for number in range(stream, PAIRS, STREAMS):
                path, authorization = list(faces.items())[number % 8 // 4]
                headers = {"Authorization": authorization, "Content-Type": "application/json"}
                contact = (
                    {"email": f"c{number}@example.com", "status": "subscribed"}
                    if number % 8 < 4
                    else {"email": f"c{number}@example.com"}
                )
                connection.request("POST", path, json.dumps(contact), headers | {"Idempotency-Key": f"create-{number}"})
                answer = connection.getresponse()
                body = json.loads(answer.read())
                shown = body.get("subscriber") or body.get("data") or {}
                answers.append((answer.status, shown.get("id")))
            connection.close()
            return answers

        with served(prepared.environment, port):
            work: list[Callable[[], Any]] = [lambda n=n: half(n % STREAMS) for n in range(2 * STREAMS)]  # type: ignore[misc]
            halves = at_once(*work)
        pairs = [pair for n in range(STREAMS) for pair in zip(halves[n], halves[n + STREAMS], strict=True)]
        statuses = Counter(status for pair in pairs for status, _ in pair)
        assert set(statuses) <= {200, 201, 409}, statuses
        for (first, one), (second, other) in pairs:
            # Both are answered alike, or one of them learns that the other is under way.
            assert {first, second} & {200, 201}
            assert one == other or 409 in (first, second)
        assert manage(prepared.environment, "shell", "-v", "0", "-c", COUNT).stdout.strip() == str(PAIRS)
