"""What the routes of companies take and answer (see wp_rest.openapi; recording companies.json)."""

from typing import Any

from companies.models import TYPES
from companies.schema import COMPANY, EXAMPLE
from subscribers.company_views import FOUND_AT_ONCE, SORTABLE
from wp_rest.openapi import (
    BOOLEAN,
    DIGITS,
    ID,
    IDS,
    INTEGER,
    INVALID,
    MISSING,
    NOT_FOUND,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    listed,
    message,
    nullable,
    obj,
    one_of,
    page_example,
    page_of,
    pages,
    query,
    ref,
    refused,
    say,
    sent,
    sorting,
)

LISTED = {
    "contacts_count": say(INTEGER, "How many contacts belong to it."),
    "owner": say(nullable(ref("Contact")), "The contact who owns it."),
}
FOUND = ("id", "name", "email", "logo", "phone", "website")
COMPONENTS: dict[str, Schema] = {
    "ListedCompany": obj({**COMPANY, **LISTED}),
    "FoundCompany": obj({name: COMPANY[name] for name in FOUND}),
}
LISTED_EXAMPLE: dict[str, Any] = {**EXAMPLE, "contacts_count": 12, "owner": None}
TOPIC = "Companies"
COMPANY_ID = {"id": "The company's id."}
SEARCH = "Only those with this text in name, e-mail, phone, website, industry or description, in any case."
TAKEN = "Company name already exists. Please use a different company name"
CHOSEN_CONTACTS = say(IDS, "The ids of the contacts. `subscribers` is the same.")
CHOSEN_COMPANIES = say(IDS, "The ids of the companies. `companies` is the same.")
TYPE = one_of(*TYPES)


def written(company: str) -> Schema:
    """The answer to a write of one company."""
    ignored = say(
        obj({"custom_values": listed(TEXT)}),
        "The custom values that were sent and that no field has. Missing when there are none.",
    )
    return obj({"message": TEXT, "company": ref(company), "ignored": ignored}, optional=["ignored"])


def missing_or(when: str, text: str) -> Refusal:
    """A 422 for a field that is due, or with a sentence."""
    return Refusal(when, ["MissingFields", "Refused"], refused("", text).examples)


BASE = "/fluent-crm/v2/companies"
ROUTES: Routes = {
    BASE: {
        "GET": Operation(
            name="listCompanies",
            topic=TOPIC,
            summary="List companies",
            description="A page of companies, newest first unless sorted otherwise.",
            parameters=[*pages(), query("search", TEXT, SEARCH), *sorting(SORTABLE, "sort_order")],
            answer=obj({"companies": page_of(ref("ListedCompany"))}),
            example={"companies": page_example(LISTED_EXAMPLE)},
        ),
        "POST": Operation(
            name="createCompany",
            topic=TOPIC,
            summary="Create a company",
            body=ref("CompanyToMake"),
            body_example={"name": "Tech Solutions", "industry": "Software", "type": "Partner"},
            answer=written("NewCompany"),
            example={
                "message": "Company has been created successfully",
                "company": {**EXAMPLE, "employees_number": 50},
            },
            refusals={400: INVALID, 422: Refusal("The name is missing, or taken.", ["MissingFields"])},
        ),
    },
    f"{BASE}/{{id}}": {
        "GET": Operation(
            name="getCompany",
            topic=TOPIC,
            summary="Get a company",
            ids=COMPANY_ID,
            answer=obj({"company": ref("ListedCompany")}),
            example={"company": LISTED_EXAMPLE},
            refusals={404: NOT_FOUND},
        ),
        "PUT": Operation(
            name="updateCompany",
            topic=TOPIC,
            summary="Update a company",
            description="Changes the keys that are sent. An empty text clears a field.",
            ids=COMPANY_ID,
            body=ref("CompanyToUpdate"),
            body_example={"industry": "Consulting", "owner_id": 25},
            answer=written("Company"),
            example={"message": "Company has been updated", "company": EXAMPLE},
            refusals={400: INVALID, 404: NOT_FOUND, 422: missing_or("The name is empty, or taken.", TAKEN)},
        ),
        "DELETE": Operation(
            name="deleteCompany",
            topic=TOPIC,
            summary="Delete a company",
            description="Its contacts stay.",
            ids=COMPANY_ID,
            answer=message("Company has been deleted successfully"),
            example={"message": "Company has been deleted successfully"},
            refusals={404: NOT_FOUND},
        ),
    },
    f"{BASE}/search": {
        "GET": Operation(
            name="searchCompanies",
            topic=TOPIC,
            summary="Find companies for a chooser",
            parameters=[query("search", TEXT, SEARCH)],
            answer=obj(
                {
                    "results": listed(ref("FoundCompany")),
                    "has_more": say(BOOLEAN, f"Whether there are more than the {FOUND_AT_ONCE} that are shown."),
                }
            ),
            example={"results": [{name: EXAMPLE[name] for name in FOUND}], "has_more": False},
        )
    },
    f"{BASE}/search-unattached-contacts": {
        "GET": Operation(
            name="searchUnattachedContacts",
            topic=TOPIC,
            summary="Find contacts that do not belong to a company yet",
            description=f"The newest {FOUND_AT_ONCE}.",
            parameters=[
                query("company_id", ID, "The company.", required=True),
                query("search", TEXT, "Only those with this text in name, e-mail, phone or address, in any case."),
            ],
            answer=obj({"results": listed(ref("Contact"))}),
            example={"results": []},
            refusals={422: MISSING},
        )
    },
    f"{BASE}/attach-subscribers": {
        "POST": Operation(
            name="attachCompanies",
            topic=TOPIC,
            summary="Make contacts belong to companies",
            description="The first company of a contact becomes its primary one.",
            body=sent({"subscriber_ids": CHOSEN_CONTACTS, "company_ids": CHOSEN_COMPANIES}),
            body_example={"subscriber_ids": [25], "company_ids": [3]},
            answer=obj({"message": TEXT, "companies": listed(ref("Company"))}),
            example={"message": "Selected Companies has been attached successfully", "companies": [EXAMPLE]},
            refusals={404: Refusal("There is none of the companies.", ["NotFound"]), 422: MISSING},
        )
    },
    f"{BASE}/detach-subscribers": {
        "POST": Operation(
            name="detachCompanies",
            topic=TOPIC,
            summary="Take contacts out of companies",
            description="Whose primary company goes gets the next one.",
            body=sent({"subscriber_ids": CHOSEN_CONTACTS, "company_ids": CHOSEN_COMPANIES}),
            body_example={"subscriber_ids": [25], "company_ids": [3]},
            answer=obj(
                {
                    "companies": say(
                        listed(ref("Company")), "The companies that any of the contacts still belongs to."
                    ),
                    "last_primary_company_id": {
                        "anyOf": [ID, {"const": False}],
                        "description": "The primary company of the last contact; `false` without one.",
                    },
                    "message": TEXT,
                }
            ),
            example={
                "companies": [],
                "last_primary_company_id": False,
                "message": "Company has been successfully detached",
            },
            refusals={422: MISSING},
        )
    },
    f"{BASE}/companies-property": {
        "PUT": Operation(
            name="setCompaniesProperty",
            topic=TOPIC,
            summary="Set the type of many companies",
            body=sent(
                {"property": one_of("type"), "value": TYPE, "companies": CHOSEN_COMPANIES}, ["property", "value"]
            ),
            body_example={"property": "type", "value": "Vendor", "companies": [3]},
            answer=message("Companies successfully updated"),
            example={"message": "Companies successfully updated"},
            refusals={
                422: missing_or("No company is named, or there is no such property or value.", "Value is not valid")
            },
        )
    },
    f"{BASE}/do-bulk-action": {
        "POST": Operation(
            name="actOnCompanies",
            topic=TOPIC,
            summary="Do one thing to many companies",
            description="`delete_companies` takes the right to delete companies as well.",
            body=sent(
                {
                    "action_name": one_of("change_company_type", "delete_companies"),
                    "company_ids": CHOSEN_COMPANIES,
                    "new_status": say(TYPE, "The type, for `change_company_type`."),
                },
                ["action_name"],
            ),
            body_example={"action_name": "change_company_type", "new_status": "Vendor", "company_ids": [3]},
            answer=obj(
                {
                    "last_company_id": say(DIGITS, "The largest id that was sent."),
                    "completed_companies": INTEGER,
                    "message": TEXT,
                }
            ),
            example={
                "last_company_id": "3",
                "completed_companies": 1,
                "message": "Company Type has been updated for the selected companies",
            },
            refusals={
                400: INVALID,
                422: missing_or("No company is named, or there is no such action.", "Selected Action is not valid"),
            },
        )
    },
}
