"""Tags and lists in a contact's body: ids, slugs, titles, and who may make new ones (contract.md)."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from segments.models import ContactList, Tag
from subscribers.models import Subscriber
from tests.client import Api
from tests.factories import ContactListFactory, SubscriberFactory, TagFactory, UserFactory
from tests.subscribers.expected import slugs

KINDS = [("tags", Tag, TagFactory), ("lists", ContactList, ContactListFactory)]


def create(api: Api, **body: Any) -> Any:
    answer = api.post("/subscribers", {"email": "new@example.com", "status": "subscribed", **body})
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(("kind", "model", "factory"), KINDS)
def test_it_knows_a_segment_by_id_slug_and_title(api: Api, kind: str, model: Any, factory: Any) -> None:
    row = factory.create(slug="gold-member", title="Gold Člen")
    entries = [
        row.pk,
        str(row.pk),
        f" {row.pk} ",
        "gold-member",
        "Gold Člen",
        "gold člen",
        " Gold \n Člen ",
        "Gold-Member",
    ]
    for entry in entries:
        answer = create(api, **{kind: [entry]})
        assert slugs(answer["contact"][kind]) == ["gold-member"], entry
        assert "ignored" not in answer
        Subscriber.objects.all().delete()
    assert model.objects.count() == 1


@pytest.mark.parametrize(("kind", "model", "factory"), KINDS)
def test_it_links_once_what_is_named_twice(api: Api, kind: str, model: Any, factory: Any) -> None:
    row = factory.create(slug="gold", title="Gold Member")
    answer = create(api, **{kind: [row.pk, str(row.pk), "gold", "Gold Member", row.pk]})
    assert slugs(answer["contact"][kind]) == ["gold"]


@pytest.mark.parametrize(("kind", "model", "factory"), KINDS)
def test_it_prefers_a_slug_to_a_title_and_never_reads_digits_as_a_title(
    api: Api, kind: str, model: Any, factory: Any
) -> None:
    factory.create(slug="other", title="gold")
    factory.create(slug="gold", title="Gold")
    factory.create(slug="year", title="999999")
    answer = create(api, **{kind: ["gold", "999999"]})
    assert slugs(answer["contact"][kind]) == ["gold"]
    assert answer["ignored"] == {kind: [999999]}


@pytest.mark.parametrize(("kind", "model", "factory"), KINDS)
@pytest.mark.parametrize(
    ("word", "title", "slug"),
    [
        ("Brand New", "Brand New", "brand-new"),
        ("  Brand \t New ", "Brand New", "brand-new"),
        ("Ünïcode & HTML", "Ünïcode & HTML", "unicode-html"),
        ("李雷王", "李雷王", "李雷王"),
        ("abc", "abc", "abc"),
        # Titles are plain text wherever they come from.
        ("<b>Gold</b> member", "Gold member", "gold-member"),
        ("<script>alert(1)</script>Gold", "Gold", "gold"),
    ],
)
def test_it_makes_one_of_a_word_that_names_none(
    api: Api, *, kind: str, model: Any, factory: Any, word: str, title: str, slug: str
) -> None:
    answer = create(api, **{kind: [word]})
    assert "ignored" not in answer
    assert slugs(answer["contact"][kind]) == [slug]
    assert model.objects.get().title == title
    again = api.post("/subscribers", {"email": "two@example.com", "status": "subscribed", kind: [word]}).json()
    assert [row["id"] for row in again["contact"][kind]] == [row["id"] for row in answer["contact"][kind]]
    assert model.objects.count() == 1


@pytest.mark.parametrize(("kind", "model", "factory"), KINDS)
def test_it_never_makes_what_it_then_ignores(api: Api, kind: str, model: Any, factory: Any) -> None:
    """A title has room for 192 letters: a longer word is cut and attached, or refused, and not half of each."""
    for email in ("one@example.com", "two@example.com"):
        body = create(api, email=email, **{kind: ["x" * 200]})
        assert len(body["contact"][kind]) == model.objects.count()


@pytest.mark.parametrize(("kind", "model", "factory"), KINDS)
@pytest.mark.parametrize(
    ("entries", "ignored"),
    [
        (["ab"], ["ab"]),
        ([999], [999]),
        (["999"], [999]),
        ([0, -1], [0, "-1"]),
        (["", "  ", None], None),
        ([{"id": 1}, {"slug": "gold"}], None),
    ],
)
def test_it_leaves_out_what_cannot_be_named(
    api: Api, *, kind: str, model: Any, factory: Any, entries: list[Any], ignored: list[Any] | None
) -> None:
    answer = create(api, **{kind: entries})
    assert answer["contact"][kind] == []
    assert [str(entry) for entry in answer.get("ignored", {}).get(kind, [])] == [str(entry) for entry in ignored or []]
    assert not model.objects.exists()


@pytest.mark.parametrize(("kind", "model", "factory"), KINDS)
def test_it_loses_no_number_silently(api: Api, kind: str, model: Any, factory: Any) -> None:
    row = factory.create(slug="gold")
    answer = create(api, **{kind: [float(row.pk), 2.5]})
    assert slugs(answer["contact"][kind]) == ["gold"]
    assert answer["ignored"] == {kind: [2.5]}


@pytest.mark.parametrize("shape", ["list", "comma", "single", "indexes"])
def test_it_takes_lists_in_every_shape(api: Api, shape: str) -> None:
    tags = [TagFactory.create(slug=slug) for slug in ("a", "b")]
    sent: Any = {
        "list": [tags[0].pk, "b"],
        "comma": f"{tags[0].pk}, b",
        "single": tags[0].pk,
        "indexes": {"0": tags[0].pk, "1": "b"},
    }[shape]
    expected = ["a"] if shape == "single" else ["a", "b"]
    assert slugs(create(api, tags=sent)["contact"]["tags"]) == expected


PATHS: list[tuple[str, str, str]] = [
    ("POST", "/subscribers", "tags"),
    ("POST", "/subscribers?__force_update=yes", "tags"),
    ("PUT", "/subscribers/{pk}", "tags"),
    ("PUT", "/subscribers/{pk}", "attach_tags"),
    ("POST", "/subscribers/{pk}/tags", "tags"),
    ("POST", "/subscribers/sync-segments?type=tags&subscribers[]={pk}", "attach"),
]


def send(api: Api, method: str, path: str, key: str) -> Any:
    contact = SubscriberFactory.create()
    body: dict[str, Any] = {key: ["Brand New"]}
    if path.startswith("/subscribers?") or path == "/subscribers":
        body |= {"email": "new@example.com", "status": "subscribed"}
    answer = api.send(method, path.format(pk=contact.pk), body)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.mark.parametrize(("method", "path", "key"), PATHS)
def test_it_makes_tags_wherever_they_are_attached(api: Api, method: str, path: str, key: str) -> None:
    answer = send(api, method, path, key)
    assert Tag.objects.get().slug == "brand-new"
    assert "ignored" not in answer


@pytest.mark.parametrize(("method", "path", "key"), PATHS)
def test_it_makes_none_without_the_right_and_names_the_word(method: str, path: str, key: str, db: None) -> None:
    user = UserFactory.create()
    names = ("view_subscriber", "add_subscriber", "change_subscriber", "delete_subscriber", "add_contactlist")
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    answer = send(Api(user), method, path, key)
    assert not Tag.objects.exists()
    assert answer["ignored"] == {"tags": ["Brand New"]}


def test_it_makes_one_with_the_right_of_that_kind_alone(db: None) -> None:
    user = UserFactory.create()
    names = ("add_subscriber", "change_subscriber", "view_subscriber", "add_tag")
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    answer = create(Api(user), tags=["Brand New"], lists=["Brand New"])
    assert slugs(answer["contact"]["tags"]) == ["brand-new"]
    assert answer["contact"]["lists"] == []
    assert answer["ignored"] == {"lists": ["Brand New"]}


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("PUT", "/subscribers/{pk}", "detach_tags"),
        ("POST", "/subscribers/{pk}/tags/detach", "tags"),
        ("POST", "/subscribers/sync-segments?type=tags&subscribers[]={pk}", "detach"),
    ],
)
def test_it_makes_nothing_of_a_word_to_detach(api: Api, method: str, path: str, key: str) -> None:
    answer = send(api, method, path, key)
    assert not Tag.objects.exists()
    assert answer["ignored"] == {"tags": ["Brand New"]}


@pytest.mark.parametrize(
    ("path", "body", "service"),
    [
        ("/subscribers", {"status": "subscribed", "__force_update": "yes"}, "upsert_contacts"),
        (
            "/subscribers/bulk-add-update",
            {"contacts": [{"email": "a@example.com", "tags": ["Gold"]}]},
            "upsert_contacts",
        ),
        ("/subscribers/sync-segments", {"type": "tags", "attach": ["Gold"], "subscribers": [1]}, "sync_segments"),
        ("/subscribers/{}/tags", {}, "sync_segments"),
    ],
)
def test_it_makes_no_tag_when_the_contact_cannot_be_written(
    api: Api, monkeypatch: pytest.MonkeyPatch, path: str, body: dict[str, Any], service: str
) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(f"subscribers.services.{service}", fail)
    contact = SubscriberFactory.create()
    answer = api.post(path.format(contact.pk), {"email": "ada@example.com", "tags": ["Gold"], **body})
    assert answer.status_code == 500
    assert not Tag.objects.exists()
