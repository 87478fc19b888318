"""Who sends slowly, too much, or not at all keeps nobody else waiting; on a server with two workers, as `make run` starts it."""

import socket
import time
from contextlib import ExitStack, suppress

import pytest

from tests.fluentcrm_api.running import CHUNKED, FORM, LONG, TAGS, Running, read_answer, stalled
from tests.once import on_one_database
from tests.postgres import free_port
from tests.processes import served


def test_others_are_answered_while_sixty_stall_or_trickle(prepared: dict[str, str], running: Running) -> None:
    port = free_port()
    # With such a deadline each of the sixty that took a thread would keep it for longer than anyone waits.
    with served(prepared | {"BODY_TIMEOUT": "600"}, port) as process, ExitStack() as stack:
        client = Running(port, running.password, running.key, process)
        silent = [stack.enter_context(client.sent(sent)) for sent in stalled(client)]
        for _ in range(30):
            assert client.get() == 200
        for connection in silent:
            with suppress(OSError):  # whose body is not waited for has been answered
                connection.send(b"x")
            assert client.get() == 200
        process.terminate()
        assert process.wait(60) == 0


@on_one_database
@pytest.mark.parametrize(
    "sent",
    [
        (TAGS, FORM, LONG, "\r\n{"),
        (TAGS, FORM, CHUNKED, "\r\n5\r\n{"),
        ("/v1/contacts", FORM, LONG, "\r\n{"),
        (TAGS, FORM, LONG),
        (TAGS, FORM, "X-Half"),
    ],
    ids=["body", "chunked", "v1", "no body", "headers"],
)
def test_what_takes_too_long_to_arrive_is_408(running: Running, sent: tuple[str, ...]) -> None:
    path, *lines = sent
    last = lines.pop() if lines[-1].startswith(("\r\n", "X-")) else "\r\n"
    with running.sent(running.head("POST", path, *lines, credentials=True), last.encode()) as connection:
        for _ in range(3):  # neither does a byte now and then win time
            time.sleep(0.5)
            connection.sendall(b"x")
        status, body, answer = read_answer(connection)
    assert status == 408
    assert answer.headers["Connection"] == "close"
    if path.startswith("/v1"):
        assert body["error"]["code"] == "VALIDATION_ERROR"
    elif last != "X-Half":
        assert body["data"] == {"status": 408}


@pytest.mark.parametrize("path", [TAGS, "/v1/contacts", "/admin/login/", "/nowhere"])
@pytest.mark.parametrize("how", ["said", "chunked"])
def test_a_body_that_is_too_large_is_413(running: Running, path: str, how: str) -> None:
    length = CHUNKED if how == "chunked" else "Content-Length: 200001"
    head = running.head("POST", path, FORM, length, "Cookie: sessionid=x", credentials=True) + b"\r\n"
    body = b"30D41\r\n" + b" " * 200_001 if how == "chunked" else b""
    with running.sent(head, body) as connection:
        status, body, _ = read_answer(connection)
    assert status == 413
    if path == TAGS:
        assert body["code"] == "rest_body_too_large"
    elif path == "/v1/contacts":
        assert body["success"] is False


def test_a_client_reads_why_while_it_still_sends(running: Running) -> None:
    with running.sent(running.head("POST", TAGS, FORM, "Content-Length: 900000") + b"\r\n") as connection:
        for _ in range(8):
            connection.sendall(b" " * 20_000)
        assert read_answer(connection)[0] == 413


@pytest.mark.parametrize(
    ("path", "status"), [(TAGS, 401), ("/v1/contacts", 401), ("/v1/nowhere", 404), ("/admin/", 403)]
)
def test_the_body_of_a_stranger_is_not_waited_for(running: Running, path: str, status: int) -> None:
    with running.sent(running.head("POST", path, FORM, "Content-Length: 190000") + b"\r\n{") as connection:
        assert read_answer(connection)[0] == status


def test_a_small_body_of_a_stranger_keeps_the_connection(running: Running) -> None:
    request = running.head("POST", TAGS, FORM, "Content-Length: 2") + b"\r\n{}"
    with running.sent(request) as connection:
        assert read_answer(connection)[0] == 401
        connection.sendall(request)
        assert read_answer(connection)[0] == 401


def test_a_body_is_asked_for_where_the_client_waits_for_that(running: Running) -> None:
    expecting = running.head("POST", TAGS, FORM, "Content-Length: 2", "Expect: 100-continue", credentials=True)
    with running.sent(expecting + b"\r\n") as connection:
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert read_answer(connection)[0] == 422
    with running.sent(running.head("POST", TAGS, LONG, "Expect: 100-continue") + b"\r\n") as connection:
        assert read_answer(connection)[0] == 401


def test_requests_sent_ahead_are_answered_in_turn(running: Running) -> None:
    ahead = [running.head(method, TAGS, credentials=True) + b"\r\n" for method in ("GET", "HEAD", "GET")]
    with running.sent(b"".join(ahead)) as connection:
        file = connection.makefile("rb")
        for method in ("GET", "HEAD", "GET"):
            assert file.readline() == b"HTTP/1.1 200 OK\r\n"
            length = 0
            while (line := file.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            assert length
            if method == "GET":
                assert file.read(length).startswith(b"{")


def test_a_client_that_sends_no_more_still_reads_its_answer(running: Running) -> None:
    with running.sent(running.head("GET", TAGS, credentials=True) + b"\r\n") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert read_answer(connection)[0] == 200


@pytest.mark.parametrize(
    "request_",
    [
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nAuthorization: x\r\n\r\n" + b"1" * 3000,
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_what_is_no_request_is_400(running: Running, request_: bytes) -> None:
    with running.sent(request_) as connection:
        status, body, _ = read_answer(connection)
    assert (status, body["data"]) == (400, {"status": 400})


def test_headers_have_a_bound(running: Running) -> None:
    with running.sent(b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000) as connection:
        assert read_answer(connection)[0] == 431


@pytest.mark.parametrize("path", ["/v1", "/v1/contacts?limit=1"])
def test_headers_that_are_too_long_are_refused_in_the_words_of_the_face_that_is_asked(
    running: Running, path: str
) -> None:
    with running.sent(running.head("GET", path, "X: " + "x" * 70_000)) as connection:
        status, body, _ = read_answer(connection)
    assert (status, body["success"]) == (431, False)


def test_more_clients_than_are_kept_shut_nobody_out(running: Running) -> None:
    """Two workers keep 120 each: who has waited longest goes, and whoever comes is answered."""
    with ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(running.connect())
        for _ in range(20):
            assert running.get() == 200


def test_no_worker_has_died_of_all_this(running: Running) -> None:
    assert running.process.poll() is None
    assert len(running.workers()) == 2
