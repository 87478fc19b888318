"""`manage.py first_run` and `manage.py serve`, as processes of their own, the way `make run` starts them."""

import http.client
import json
import re
import signal
import socket
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from select import select

import pytest

from tests.client import FLUENTCRM
from tests.postgres import free_port
from tests.processes import manage, served


def send(
    port: int, method: str, path: str, credentials: str, body: Iterator[bytes] | None = None
) -> tuple[int, object]:
    """The status and the parsed body of one answer; a body in pieces goes out chunked."""
    headers = {"Authorization": f"Basic {b64encode(credentials.encode()).decode()}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, FLUENTCRM + path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def assert_kept_open(port: int, method: str, path: str, credentials: str) -> None:
    """A request whose body comes late is answered after it, and the connection takes another one."""
    body = b'{"name": "Late", "title": "Late"}'
    authorization = f"Authorization: Basic {b64encode(credentials.encode()).decode()}"
    head = f"{{}} {FLUENTCRM}{{}} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}\r\n"
    late = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(f"{head.format(method, path)}{late}\r\n".encode())
        answered, _, _ = select([connection], [], [], 0.3)
        assert not answered
        connection.sendall(body)
        first = http.client.HTTPResponse(connection)
        first.begin()
        first.read()
        connection.sendall(f"{head.format('GET', '/subscribers/999')}\r\n".encode())
        second = http.client.HTTPResponse(connection)
        second.begin()
        assert second.status == 404


def test_first_run_shows_credentials_that_open_the_api(environment: dict[str, str]) -> None:
    port = free_port()
    shown = manage(environment, "first_run", "--host", "0.0.0.0", "--port", port)  # noqa: S104
    assert shown.returncode == 0, shown.stderr
    line = re.search(r'curl "http://127\.0\.0\.1:(\d+)([^"]+)" -u "(admin:[^"]+)"', shown.stdout)
    assert line
    assert line[1] == str(port)
    with served(environment, port) as server:
        status, _ = send(port, "GET", line[2].removeprefix(FLUENTCRM), line[3])
        assert status == 200
        pieces = iter([b'{"title": "Sent in ', b'pieces", "slug": "pieces"}'])
        status, _ = send(port, "POST", "/tags", line[3], pieces)
        assert status == 200
        _, tags = send(port, "GET", "/tags?search=pieces", line[3])
        assert "Sent in pieces" in json.dumps(tags)
        for method, path in (("DELETE", "/subscribers/999"), ("PUT", "/companies/999"), ("POST", "/tags")):
            assert_kept_open(port, method, path, line[3])
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0


def test_first_run_shows_secrets_once_however_often_it_runs(environment: dict[str, str]) -> None:
    with ThreadPoolExecutor(3) as together:
        runs = list(together.map(lambda _: manage(environment, "first_run"), range(3)))
    assert [run.returncode for run in runs] == [0, 0, 0], [run.stderr for run in runs]
    assert sum("application password" in run.stdout and "curl" in run.stdout for run in runs) == 1
    again = manage(environment, "first_run")
    assert "curl" not in again.stdout
    mail = f"Mail is not sent but kept as files in {environment['DATA_DIR']}/mail: set EMAIL_URL to send it.\n"
    assert all(mail in run.stdout for run in [*runs, again])
    elsewhere = manage(environment | {"EMAIL_URL": "smtp://127.0.0.1:1"}, "first_run")
    assert "Mail is" not in elsewhere.stdout
    assert "create_application_password admin" in again.stdout


def test_serve_refuses_a_database_that_is_not_migrated(environment: dict[str, str]) -> None:
    refused = manage(environment, "serve", "--port", free_port())
    assert refused.returncode == 1
    assert "run `manage.py migrate` first" in refused.stderr


@pytest.mark.parametrize("arguments", [("--port", "0"), ("--port", "65536"), ("--port", "80x"), ("--workers", "0")])
def test_serve_refuses_numbers_that_cannot_be(environment: dict[str, str], arguments: tuple[str, str]) -> None:
    refused = manage(environment, "serve", *arguments)
    assert refused.returncode != 0
    assert arguments[0] in refused.stderr
    assert "Traceback" not in refused.stderr


def test_serve_refuses_a_port_that_is_taken(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = manage(environment, "serve", "--port", port)
    assert refused.stderr == f"CommandError: Cannot listen on 127.0.0.1 port {port}: Address already in use.\n"
