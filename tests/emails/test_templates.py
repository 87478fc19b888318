"""/templates."""

from typing import Any

import pytest

from changes.models import Change
from emails.models import Template
from tests.client import Api
from tests.emails.factories import TemplateFactory

SENT = {
    "post_title": "Newsletter",
    "post_content": "<h1>News</h1><p>Hello {{contact.first_name}}</p>",
    "post_excerpt": "What is new",
    "email_subject": "News for {{contact.first_name}}",
    "edit_type": "html",
    "design_template": "simple",
    "settings": {"template_config": {"content_padding": 20}},
}


def titles(answer: Any) -> list[str]:
    return [template["post_title"] for template in answer.json()["templates"]["data"]]


def test_it_keeps_what_is_sent(api: Api) -> None:
    answer = api.post("/templates", {"template": SENT})
    template = Template.objects.get()
    assert answer.json() == {"message": "Template successfully created", "template_id": template.pk}
    assert api.get(f"/templates/{template.pk}").json() == {"template": SENT}
    assert (template.status, template.created_by) == ("draft", Change.objects.get(event="template_created").user)


def test_it_reads_a_template_out_of_its_json_text(api: Api) -> None:
    api.post("/templates", {"template": '{"post_title": "As text"}'})
    assert Template.objects.get().title == "As text"


def test_it_keeps_a_mail_s_own_styles_and_tables(api: Api) -> None:
    body = "<style>td { color: red }</style><table><tr><td onclick='x'>a & b</td></tr></table>"
    api.post("/templates", {"template": {"post_content": body}})
    assert Template.objects.get().body == body


@pytest.mark.parametrize(
    "settings", [{"a\x00": [{"b": "c\x00"}]}, '{"a\\u0000": [{"b": "c\\u0000"}]}'], ids=["JSON", "text"]
)
def test_it_keeps_settings_without_nul(api: Api, settings: Any) -> None:
    """PostgreSQL cannot store it."""
    api.post("/templates", {"template": {"settings": settings}})
    assert Template.objects.get().settings == {"a": [{"b": "c"}]}


def test_a_style_has_no_control_characters(api: Api) -> None:
    api.post("/templates/set-global-style", {"config": {"link_color": "#fff\x00", "text_color": "\x07#000"}})
    style = api.get("/templates/0").json()["template"]["settings"]["template_config"]
    assert (style["link_color"], style["text_color"]) == ("#fff", "#000")


def test_it_names_a_template_without_a_title(api: Api) -> None:
    api.post("/templates", {"template": {"post_title": " ", "post_content": "x"}})
    assert Template.objects.get().title == "Untitled template"


@pytest.mark.parametrize("body", [{}, {"template": {}}, {"template": "no object"}, {"template": None}])
def test_it_refuses_nothing_as_a_template(api: Api, body: Any) -> None:
    answer = api.post("/templates", body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"template": ["The template field is required."]}


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("post_content", 1, "The post_content must be a text."),
        ("post_content", "x" * 500_001, "The post_content may not be longer than 500000 characters."),
        ("post_content", "<p>" * 10_001, "The post_content may not have more than 10000 elements."),
        ("edit_type", "paint", "The edit_type must be one of: html, visual."),
        ("settings", "x", "The settings must be an object."),
    ],
)
def test_it_names_what_is_wrong(api: Api, field: str, value: Any, error: str) -> None:
    answer = api.post("/templates", {"template": SENT | {field: value}})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {field: [error]}
    assert not Template.objects.exists()


def test_it_changes_only_what_is_sent(api: Api) -> None:
    api.post("/templates", {"template": SENT})
    template = Template.objects.get()
    assert api.put(f"/templates/{template.pk}", {"template": {"post_title": "Other"}}).status_code == 200
    assert api.put(f"/templates/{template.pk}", {}).status_code == 200
    assert api.get(f"/templates/{template.pk}").json() == {"template": SENT | {"post_title": "Other"}}
    assert Change.objects.get(event="template_updated").details == {"columns": ["title"]}


def test_the_one_with_the_id_0_is_what_a_new_one_starts_from(api: Api) -> None:
    blank = api.get("/templates/0").json()["template"]
    assert (blank["post_title"], blank["design_template"]) == ("", "simple")
    assert blank["settings"]["template_config"]["body_bg_color"] == "#FAFAFA"
    api.post("/templates/set-global-style", {"config": {"body_bg_color": "#000", "evil": "x", "link_color": ["x"]}})
    config = api.get("/templates/0").json()["template"]["settings"]["template_config"]
    assert (config["body_bg_color"], config["link_color"]) == ("#000", "")
    assert "evil" not in config


def test_it_lists_the_newest_first_and_sorts(api: Api) -> None:
    for title in ("Bed", "älg", "Ape"):
        TemplateFactory.create(title=title)
    assert titles(api.get("/templates")) == ["Ape", "älg", "Bed"]
    assert titles(api.get("/templates?order=asc")) == ["Bed", "älg", "Ape"]
    assert titles(api.get("/templates?orderBy=post_title&order=asc")) == ["älg", "Ape", "Bed"]
    assert titles(api.get("/templates?orderBy=unknown")) == ["Ape", "älg", "Bed"]
    assert titles(api.get("/templates?per_page=1&page=2")) == ["älg"]


def test_it_finds_by_title_and_status(api: Api) -> None:
    TemplateFactory.create(title="100% News")
    TemplateFactory.create(title="Offer", status="publish")
    assert titles(api.get("/templates?search=NEWS")) == ["100% News"]
    assert titles(api.get("/templates?search=0%25")) == ["100% News"]
    assert titles(api.get("/templates?types[]=publish")) == ["Offer"]
    assert titles(api.get("/templates?types[]=publish&types[]=draft")) == ["Offer", "100% News"]
    assert titles(api.get("/templates?types[]=%00&types[]=x")) == []


@pytest.mark.parametrize("templates", [2, 12])
def test_it_lists_with_a_constant_number_of_statements(
    api: Api, django_assert_num_queries: Any, templates: int
) -> None:
    TemplateFactory.create_batch(templates)
    api.get("/templates")
    with django_assert_num_queries(3):
        assert len(titles(api.get("/templates"))) == templates


def test_all_are_those_that_are_published(api: Api) -> None:
    TemplateFactory.create()
    published = TemplateFactory.create(status="publish")
    answer = api.get("/templates/all").json()
    assert [template["ID"] for template in answer["templates"]] == [published.pk]
    assert answer["smartcodes"] == api.get("/templates/smartcodes").json()["smartcodes"]


def test_it_copies_a_template(api: Api) -> None:
    template = TemplateFactory.create(title="x" * 192, status="publish", settings={"a": 1})
    copy = Template.objects.get(pk=api.post(f"/templates/duplicate/{template.pk}").json()["template_id"])
    assert copy.title == ("[Duplicate] " + "x" * 192)[:192]
    assert (copy.body, copy.settings, copy.status) == (template.body, {"a": 1}, "draft")


def test_it_changes_and_deletes_many(api: Api, django_assert_max_num_queries: Any) -> None:
    templates = TemplateFactory.create_batch(5)
    some = [template.pk for template in templates[:3]]
    change = {"action_name": "change_template_status", "status": "publish", "template_ids": some}
    with django_assert_max_num_queries(8):
        assert api.post("/templates/do-bulk-action", change).status_code == 200
    assert Template.objects.filter(status="publish").count() == 3
    with django_assert_max_num_queries(9):  # campaigns lose the template, too
        api.post("/templates/do-bulk-action", {"action_name": "delete_templates", "template_ids": [*some, 999]})
    assert Template.objects.count() == 2
    api.post("/templates/do-bulk-action", {"action_name": "delete_templates", "select_all": "true"})
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"action_name": "paint"}, {"action_name": "change_template_status", "status": "happy"}, {}]
)
def test_it_refuses_what_is_no_action_on_many(api: Api, sent: Any) -> None:
    template = TemplateFactory.create()
    assert api.post("/templates/do-bulk-action", sent | {"template_ids": [template.pk]}).status_code == 422


def test_what_is_not_there_is_404(api: Api) -> None:
    assert api.get("/templates/999").status_code == 404
    assert api.put("/templates/999", {"template": SENT}).status_code == 404
    assert api.delete("/templates/999").status_code == 404
    assert api.post("/templates/duplicate/999").status_code == 404
