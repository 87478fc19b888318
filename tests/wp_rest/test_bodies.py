"""Bodies: JSON, forms, both under each other's name; chunked, cut short, too large, of no known type. One file, as it is about one parser."""

from io import BytesIO
from typing import Any

import pytest
from pytest_django import Settings

from segments.models import Tag
from tests.client import FLUENTCRM, Api
from tests.factories import CustomFieldFactory, SubscriberFactory

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"
INVALID_JSON = {
    "code": "rest_invalid_json",
    "message": "Invalid JSON body passed.",
    "data": {"status": 400, "json_error_code": 4, "json_error_message": "Syntax error"},
}
INVALID_FORM = {
    "code": "rest_invalid_body",
    "message": "The body could not be read as a form.",
    "data": {"status": 400},
}
TOO_LARGE = {
    "code": "rest_body_too_large",
    "message": "The body is larger than this server accepts.",
    "data": {"status": 413},
}
# A bomb would take a program down that followed it; a JSON parser has to stop by itself.
DEEP = b'{"title": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def stream(api: Api, body: bytes, **environment: Any) -> Any:
    """POST /tags with a body of its own length, whatever the headers say of it."""
    options: dict[str, Any] = {"CONTENT_TYPE": "application/json", "wsgi.input": BytesIO(body)} | environment
    # An empty body for Django's client: with another it would set the headers itself.
    return api.client.generic("POST", f"{FLUENTCRM}/tags", b"", headers=api.headers, **options)


# --- JSON -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/vnd.api+json",
        FORM,
        "text/plain",
        "text/plain;charset=UTF-8",
        "",
    ],
)
def test_it_reads_json_under_every_type_that_clients_send_it_with(api: Api, kind: str) -> None:
    answer = api.post("/tags", '\n {"title": "Jalapeño"}', content_type=kind)
    assert answer.status_code == 200
    assert Tag.objects.get().title == "Jalapeño"


def test_it_reads_json_after_a_byte_order_mark(api: Api) -> None:
    assert api.post("/tags", b'\xef\xbb\xbf{"title": "Marked"}').status_code == 200


def test_it_reads_the_trailing_comma_of_the_guides_own_example(api: Api) -> None:
    # Guide, 'Update a Contact': the curl line has a comma after the last custom value.
    CustomFieldFactory.create(slug="custom_field_slug_1")
    CustomFieldFactory.create(slug="custom_field_slug_2")
    contact = SubscriberFactory.create()
    answer = api.put(
        f"/subscribers/{contact.pk}",
        """{
          "subscriber": {
            "first_name": "Jane",
            "custom_values": {
                "custom_field_slug_1": "custom_field_value",
                "custom_field_slug_2": "custom_field_value_2",
            }
          }
        }""",
    )
    assert answer.status_code == 200
    contact.refresh_from_db()
    assert contact.first_name == "Jane"
    assert contact.custom_values == {
        "custom_field_slug_1": "custom_field_value",
        "custom_field_slug_2": "custom_field_value_2",
    }


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ('{"title": "a,}",}', "a,}"),
        ('{"title": "a, ]" , \n }', "a, ]"),
        (r'{"title": "a\",}", "x": [1,],}', 'a",}'),
        (r'{"title": "a\\",}', "a\\"),
    ],
)
def test_it_drops_no_comma_inside_a_text(api: Api, body: str, title: str) -> None:
    assert api.post("/tags", body).json()["item"]["title"] == title


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": ',
        b"{'title': 'x'}",
        b'{"title": "x"} extra',
        b'{"title": "x",,}',
        b"title",
        b'{"title": NaN}',
        b'{"title": 1e400}',
        b'{"title": "\xff"}',
        b'{"title": "\\ud800"}',
        DEEP,
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_it_refuses_broken_json(api: Api, body: bytes, method: str) -> None:
    answer = api.send(method, "/tags" if method == "POST" else "/tags/1", body)
    assert answer.status_code == 400
    assert answer.json() == INVALID_JSON


def test_it_refuses_broken_json_under_a_forms_type(api: Api) -> None:
    answer = api.post("/tags", '{"title": ', content_type=FORM)
    assert answer.status_code == 400
    assert answer.json() == INVALID_JSON


@pytest.mark.parametrize("body", ["[]", '[{"title": "x"}]', '"title"', "5", "null", "true", "", "  "])
def test_it_finds_no_parameters_in_json_that_is_no_object(api: Api, body: str) -> None:
    answer = api.post("/tags", body)
    assert answer.status_code == 422
    assert answer.json()["title"] == {"required": "The title field is required."}


@pytest.mark.parametrize("levels", [300, 900])
def test_it_answers_what_is_nested_so_deep_that_it_can_hardly_be_written(api: Api, levels: int) -> None:
    deep = "[" * levels + "]" * levels
    body = f'{{"fields": [{{"type": "text", "label": "A", "help": {deep}}}]}}'
    api.client.raise_request_exception = False
    answer = api.put("/custom-fields/contacts", body)
    assert answer.status_code == 400
    assert answer.json() == INVALID_JSON
    assert api.get("/custom-fields/contacts").json() == {"fields": []}


# --- Forms ----------------------------------------------------------------------------------


def test_it_reads_a_form_in_the_characters_of_any_language(api: Api) -> None:
    body = "title=Jalape%C3%B1o+%26+%E5%B1%B1"
    assert api.post("/tags", body, content_type=FORM).json()["item"]["title"] == "Jalapeño & 山"


@pytest.mark.parametrize("body", [b"title=a%FFb", b"title=a\xfe", b"title=x&%FF=1"])
def test_it_refuses_a_form_whose_bytes_are_no_utf_8(api: Api, body: bytes) -> None:
    answer = api.post("/tags", body, content_type=FORM)
    assert answer.status_code == 400
    assert answer.json()["code"] == "rest_invalid_body"
    assert not Tag.objects.exists()


def multipart(*parts: tuple[str, str], boundary: str = "XX") -> bytes:
    return (
        "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in parts
        ).encode()
        + f"--{boundary}--\r\n".encode()
    )


def test_it_reads_a_multipart_form_with_brackets(api: Api) -> None:
    body = multipart(("tags[0][title]", "Öne"), ("tags[1][title]", "Two"), ("tags[1][slug]", "second"))
    assert api.post("/tags/bulk", body, content_type=MULTIPART).status_code == 200
    assert list(Tag.objects.order_by("pk").values_list("slug", "title")) == [("one", "Öne"), ("second", "Two")]


def test_it_leaves_the_files_of_a_multipart_form_out(api: Api) -> None:
    part = b'--XX\r\nContent-Disposition: form-data; name="slug"; filename="a.txt"\r\n\r\nfrom-file\r\n'
    body = part + multipart(("title", "Filed"))
    item = api.post("/tags", body, content_type=MULTIPART).json()["item"]
    assert (item["title"], item["slug"]) == ("Filed", "filed")


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é"]
)
def test_it_refuses_a_multipart_form_without_a_boundary(api: Api, kind: str) -> None:
    answer = api.post("/tags", multipart(("title", "x")), content_type=kind)
    assert answer.status_code == 400
    assert answer.json() == INVALID_FORM


def test_it_refuses_a_multipart_form_of_too_many_fields(api: Api, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    body = multipart(*[("title", str(n)) for n in range(4)])
    answer = api.post("/tags", body, content_type=MULTIPART)
    assert answer.status_code == 400
    assert answer.json() == INVALID_FORM


def test_it_refuses_a_form_of_too_many_fields(api: Api, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    assert api.post("/tags", "title=x&a=1&b=2", content_type=FORM).status_code == 200
    answer = api.post("/tags", "title=y&a=1&b=2&c=3", content_type=FORM)
    assert answer.status_code == 400
    assert answer.json() == INVALID_FORM


# --- Types ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/xml", "text/html", "application/octet-stream", "nonsense", "a/b/c"])
def test_it_refuses_a_body_of_another_type(api: Api, kind: str) -> None:
    answer = api.post("/tags", "<title>x</title>", content_type=kind)
    assert answer.status_code == 415
    assert answer.json() == {
        "code": "rest_unsupported_media_type",
        "message": "Send the body as application/json or as a form.",
        "data": {"status": 415},
    }
    assert not Tag.objects.exists()


def test_it_minds_no_type_where_there_is_no_body(api: Api) -> None:
    answer = api.client.get(f"{FLUENTCRM}/tags", headers=api.headers, CONTENT_TYPE="application/xml")
    assert answer.status_code == 200


# --- Length ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/json", FORM, MULTIPART, "application/xml"])
def test_it_refuses_a_body_that_says_it_is_too_large(api: Api, settings: Settings, kind: str) -> None:
    settings.MAX_BODY_BYTES = 1024
    answer = api.post("/tags", b"x" * 1025, content_type=kind)
    assert answer.status_code == 413
    assert answer.json() == TOO_LARGE


def test_it_accepts_a_body_as_large_as_is_allowed(api: Api, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1024
    start = b'{"title": "Full", "padding": "'
    body = start + b"x" * (1024 - len(start) - 2) + b'"}'
    assert len(body) == 1024
    assert api.post("/tags", body).status_code == 200


def test_it_refuses_a_large_body_before_any_of_it_is_read(api: Api, settings: Settings) -> None:
    settings.MAX_BODY_BYTES = 1024
    body = BytesIO(b"x" * 2048)
    answer = stream(api, b"", CONTENT_LENGTH="2048", **{"wsgi.input": body})
    assert answer.status_code == 413
    assert body.tell() == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"title": "Cut"}'),
        (FORM, b"title=Cut"),
        pytest.param(MULTIPART, multipart(("title", "Cut short in the middle"))[:70]),
        pytest.param(MULTIPART, multipart(("title", "Cut"))[:-4]),
    ],
    ids=["json", "form", "multipart in a value", "multipart in the end"],
)
def test_it_refuses_a_body_that_was_cut_short(api: Api, kind: str, body: bytes) -> None:
    answer = stream(api, body, CONTENT_LENGTH=str(len(body) + 10), CONTENT_TYPE=kind)
    assert answer.status_code == 400
    assert answer.json() == INVALID_FORM
    assert not Tag.objects.exists()


def test_it_refuses_a_multipart_form_without_its_last_line(api: Api) -> None:
    # All of its length is there, and yet the last value may be half of what was meant.
    body = multipart(("title", "Cut short"))
    for cut in (body[: body.index(b"short")], body.removesuffix(b"--XX--\r\n"), body.removesuffix(b"--\r\n")):
        answer = api.post("/tags", cut, content_type=MULTIPART)
        assert answer.status_code == 400
        assert answer.json() == INVALID_FORM
    assert not Tag.objects.exists()


@pytest.mark.parametrize("length", ["", "x", "-1", "1.5"])
def test_it_reads_no_body_of_a_length_that_is_no_number(api: Api, length: str) -> None:
    answer = stream(api, b'{"title": "x"}', CONTENT_LENGTH=length)
    assert answer.status_code == 422


def chunked(api: Api, body: bytes, **environment: Any) -> Any:
    marks = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    return stream(api, body, **(marks | environment))


@pytest.mark.parametrize("encoding", ["chunked", "Chunked"])
def test_it_reads_a_body_that_is_sent_in_chunks(api: Api, encoding: str) -> None:
    assert chunked(api, b'{"title": "In pieces"}', HTTP_TRANSFER_ENCODING=encoding).status_code == 200
    assert Tag.objects.get().title == "In pieces"


def test_it_reads_a_form_that_is_sent_in_chunks(api: Api) -> None:
    assert chunked(api, b"title=In+pieces", CONTENT_TYPE=FORM).status_code == 200
    assert Tag.objects.get().title == "In pieces"


def test_it_refuses_too_large_a_body_in_chunks_and_reads_no_more_of_it_than_it_must(
    api: Api, settings: Settings
) -> None:
    settings.MAX_BODY_BYTES = 1024
    body = BytesIO(b"x" * 100_000)
    answer = chunked(api, b"", **{"wsgi.input": body})
    assert answer.status_code == 413
    assert answer.json() == TOO_LARGE
    assert body.tell() == 1025


def test_it_reads_no_chunks_from_a_server_that_does_not_say_where_they_end(api: Api) -> None:
    body = BytesIO(b'{"title": "x"}')
    answer = stream(api, b"", HTTP_TRANSFER_ENCODING="chunked", **{"wsgi.input": body})
    assert answer.status_code == 422
    assert body.tell() == 0
