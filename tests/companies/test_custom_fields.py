"""/companies/custom-fields: fields of companies, apart from those of contacts."""

from custom_fields.models import CustomField
from tests.client import Api
from tests.factories import CustomFieldFactory

FIELD = {"type": "text", "label": "VAT", "slug": "vat", "field_key": "text"}


def test_it_has_none_at_first_whatever_contacts_have(api: Api) -> None:
    CustomFieldFactory.create(slug="job_title")
    assert api.get("/companies/custom-fields").json() == {"fields": []}


def test_it_replaces_the_fields_of_companies_alone(api: Api) -> None:
    CustomFieldFactory.create(slug="vat", label="VAT of a contact", type="number")
    CustomFieldFactory.create(scope="company", slug="old")
    answer = api.put("/companies/custom-fields", {"fields": [FIELD]})
    assert (answer.status_code, answer.json()) == (200, {"fields": [FIELD], "message": "Fields saved successfully!"})
    assert api.get("/companies/custom-fields").json() == {"fields": [FIELD]}
    [of_contacts] = api.get("/custom-fields/contacts").json()["fields"]
    assert (of_contacts["slug"], of_contacts["label"], of_contacts["type"]) == ("vat", "VAT of a contact", "number")


def test_it_is_left_alone_when_the_fields_of_contacts_are_replaced(api: Api) -> None:
    api.put("/companies/custom-fields", {"fields": [FIELD]})
    api.put("/custom-fields/contacts", {"fields": []})
    assert api.get("/companies/custom-fields").json() == {"fields": [FIELD]}
    assert CustomField.objects.count() == 1
