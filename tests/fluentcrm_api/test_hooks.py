"""The bodies that a running server takes from strangers: those of hooks and bounces, and no larger than they may be."""

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.fluentcrm_api.running import CHUNKED, FORM, TAGS, Running, read_answer
from tests.postgres import free_port
from tests.processes import served

API = TAGS.removesuffix("/tags")
CREATE = json.dumps({"email": "ada@example.com"}).encode()
LENGTH = f"Content-Length: {len(CREATE)}"


@pytest.fixture(scope="module")
def site(prepared: dict[str, str], running: Running) -> Iterator[Running]:
    """A server whose hooks take 5,000 bytes."""
    port = free_port()
    with served(prepared | {"HOOK_BODY_BYTES": "5000"}, port) as process:
        yield Running(port, running.password, running.key, process)


@pytest.fixture(scope="module")
def addresses(site: Running) -> dict[str, str]:
    """The paths of a hook, and of bounces in both forms."""
    body = b'{"name": "Form"}'
    head = site.head("POST", f"{API}/webhooks", FORM, f"Content-Length: {len(body)}", credentials=True)
    with site.sent(head + b"\r\n" + body) as connection:
        hook = urlsplit(read_answer(connection)[1]["webhook"]["url"])
    with site.sent(site.head("GET", f"{API}/setting/bounce_configs", credentials=True) + b"\r\n") as connection:
        configs = read_answer(connection)[1]["bounce_settings"]
    urls = {name: urlsplit(configs[name]["webhook_url"]) for name in ("ses", "form")} | {"hook": hook}
    return {name: f"{url.path}?{url.query}" if url.query else url.path for name, url in urls.items()}


KINDS = ("hook", "form", "ses")


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["said", "chunked", "asked for"])
def test_a_body_of_a_stranger_is_taken(site: Running, addresses: dict[str, str], kind: str, how: str) -> None:
    lines = {"said": [LENGTH], "chunked": [CHUNKED], "asked for": [LENGTH, "Expect: 100-continue"]}[how]
    body = chunk(CREATE) + b"0\r\n\r\n" if how == "chunked" else CREATE
    with site.sent(site.head("POST", addresses[kind], FORM, *lines) + b"\r\n") as connection:
        if how == "asked for":
            assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        # In two pieces, so that the server has to wait for it.
        connection.sendall(body[:5])
        connection.sendall(body[5:])
        status, told, _ = read_answer(connection)
    assert status == 200
    if kind == "hook":
        assert (told["success"], told["data"]["type"]) == (True, "success")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["said", "said, and waits", "chunked"])
def test_a_body_that_is_too_large_is_413(site: Running, addresses: dict[str, str], kind: str, how: str) -> None:
    lines = {"said": ["Content-Length: 5001"], "chunked": [CHUNKED]}.get(
        how, ["Content-Length: 5001", "Expect: 100-continue"]
    )
    with site.sent(site.head("POST", addresses[kind], FORM, *lines) + b"\r\n") as connection:
        if how == "chunked":
            # It never ends.
            connection.sendall(chunk(b" " * 3000) * 2)
        status, told, answer = read_answer(connection)
    assert (status, answer.headers["Connection"]) == (413, "close")
    assert told["data"] == {"status": 413}


@pytest.mark.parametrize(
    "path", ["/?fluentcrm=1&route=unsubscribe", "/?route=contact", "/elsewhere?fluentcrm=1&route=contact"]
)
def test_no_other_address_takes_one(site: Running, path: str) -> None:
    with site.sent(site.head("POST", path, FORM, "Content-Length: 190000") + b"\r\n{") as connection:
        assert read_answer(connection)[0] == 404
