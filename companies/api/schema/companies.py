"""The routes of companies."""

from typing import Any

from companies.api.filters import CompanyFilter
from companies.api.schema.company import COMPANY, EXAMPLE
from companies.api.viewsets import FOUND_AT_ONCE, SORTABLE
from companies.models import TYPES
from rest.openapi import (
    BOOLEAN,
    INTEGER,
    TEXT,
    Operation,
    Refusal,
    Routes,
    Schema,
    listed,
    nullable,
    obj,
    one_of,
    ref,
    say,
    sent,
)
from wp_rest.filters import parameters_of
from wp_rest.openapi import DIGITS, IDS, INVALID, NOT_FOUND, message, page_example, page_of, pages, refused, sorting

LISTED = {
    "contacts_count": say(INTEGER, "The number of contacts of this company."),
    "owner": say(nullable(ref("Contact")), "The contact who owns the company."),
}
FOUND = ("id", "name", "email", "logo", "phone", "website")
COMPONENTS: dict[str, Schema] = {
    "ListedCompany": obj({**COMPANY, **LISTED}),
    "FoundCompany": obj({name: COMPANY[name] for name in FOUND}),
}
LISTED_EXAMPLE: dict[str, Any] = {**EXAMPLE, "contacts_count": 12, "owner": None}
TOPIC = "Companies"
COMPANY_ID = {"id": "The company's id."}
TAKEN = "Company name already exists. Please use a different company name"
CHOSEN_COMPANIES = say(IDS, "The ids of the companies. You can also write `companies`.")
TYPE = one_of(*TYPES, title="CompanyType")


def written(company: str) -> Schema:
    """The answer to a write of one company."""
    unknown = say(
        obj({"custom_values": listed(TEXT)}, title="IgnoredCustomValues"),
        "The slugs that were sent but that no custom field has. Missing if every field exists.",
    )
    return obj({"message": TEXT, "company": ref(company), "ignored": unknown}, optional=["ignored"])


def missing_or(when: str, text: str) -> Refusal:
    """A 422 for a missing field, or one with a message."""
    return Refusal(when, ["MissingFields", "Refused"], refused("", text).examples)


BASE = "/fluent-crm/v2/companies"
ROUTES: Routes = {
    BASE: {
        "GET": Operation(
            name="listCompanies",
            topic=TOPIC,
            summary="List companies",
            description="Returns a page of companies, the newest first unless you sort them.",
            parameters=[*pages(), *parameters_of(CompanyFilter), *sorting("Company", SORTABLE, "sort_order")],
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
            refusals={400: INVALID, 422: Refusal("The name is missing, or another company has it.", ["MissingFields"])},
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
            description="Changes only the keys you send. An empty text clears a field.",
            ids=COMPANY_ID,
            body=ref("CompanyToUpdate"),
            body_example={"industry": "Consulting", "owner_id": 25},
            answer=written("Company"),
            example={"message": "Company has been updated", "company": EXAMPLE},
            refusals={
                400: INVALID,
                404: NOT_FOUND,
                422: missing_or("The name is empty, or another company has it.", TAKEN),
            },
        ),
        "DELETE": Operation(
            name="deleteCompany",
            topic=TOPIC,
            summary="Delete a company",
            description="Deletes the company and its notes. The contacts are kept.",
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
            summary="Search companies",
            description=f"Returns up to {FOUND_AT_ONCE} companies with a few fields each, for a select box.",
            parameters=parameters_of(CompanyFilter),
            answer=obj(
                {
                    "results": listed(ref("FoundCompany")),
                    "has_more": say(BOOLEAN, f"True if more than {FOUND_AT_ONCE} companies match."),
                }
            ),
            example={"results": [{name: EXAMPLE[name] for name in FOUND}], "has_more": False},
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
                400: INVALID,
                422: missing_or(
                    "No company ids are sent, or the property or the value is not valid.", "Value is not valid"
                ),
            },
        )
    },
    f"{BASE}/do-bulk-action": {
        "POST": Operation(
            name="actOnCompanies",
            topic=TOPIC,
            summary="Run an action on many companies",
            description="`delete_companies` also needs the permission to delete companies.",
            body=sent(
                {
                    "action_name": one_of("change_company_type", "delete_companies"),
                    "company_ids": CHOSEN_COMPANIES,
                    "new_status": say(TYPE, "The new type. Only for `change_company_type`."),
                },
                ["action_name"],
            ),
            body_example={"action_name": "change_company_type", "new_status": "Vendor", "company_ids": [3]},
            answer=obj(
                {
                    "last_company_id": say(DIGITS, "The largest id in the request."),
                    "completed_companies": say(INTEGER, "The number of companies that were changed."),
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
                422: missing_or(
                    "No company ids are sent, or the action does not exist.", "Selected Action is not valid"
                ),
            },
        )
    },
}
