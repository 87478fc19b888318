"""The routes that add contacts to companies and remove them."""

from companies.api.schema.companies import BASE, CHOSEN_COMPANIES, TOPIC
from companies.api.schema.company import EXAMPLE
from companies.api.viewsets import FOUND_AT_ONCE
from rest.openapi import ID, TEXT, Operation, Refusal, Routes, listed, obj, query, ref, say, sent
from wp_rest.openapi import IDS, INVALID, MISSING, ignored

CHOSEN_CONTACTS = say(IDS, "The ids of the contacts. You can also write `subscribers`.")
ROUTES: Routes = {
    f"{BASE}/search-unattached-contacts": {
        "GET": Operation(
            name="searchUnattachedContacts",
            topic=TOPIC,
            summary="Search contacts that are not in a company",
            description=f"Returns up to {FOUND_AT_ONCE} contacts, the newest first.",
            parameters=[
                query("company_id", ID, "The id of the company.", required=True),
                query(
                    "search",
                    TEXT,
                    "Only contacts with every word of this text in the name, e-mail address, phone number or address. Case and accents do not matter.",
                ),
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
            summary="Add contacts to companies",
            description="If a contact has no company yet, the first one becomes its primary company.",
            body=sent({"subscriber_ids": CHOSEN_CONTACTS, "company_ids": CHOSEN_COMPANIES}),
            body_example={"subscriber_ids": [25], "company_ids": [3]},
            answer=obj(
                {"message": TEXT, "companies": listed(ref("Company")), "ignored": ignored("companies")},
                optional=["ignored"],
            ),
            example={"message": "Selected Companies has been attached successfully", "companies": [EXAMPLE]},
            refusals={400: INVALID, 404: Refusal("None of the companies exist.", ["NotFound"]), 422: MISSING},
        )
    },
    f"{BASE}/detach-subscribers": {
        "POST": Operation(
            name="detachCompanies",
            topic=TOPIC,
            summary="Remove contacts from companies",
            description="If a contact leaves its primary company, its next company becomes the primary one.",
            body=sent({"subscriber_ids": CHOSEN_CONTACTS, "company_ids": CHOSEN_COMPANIES}),
            body_example={"subscriber_ids": [25], "company_ids": [3]},
            answer=obj(
                {
                    "companies": say(listed(ref("Company")), "The companies that the contacts still belong to."),
                    "last_primary_company_id": {
                        "anyOf": [ID, {"const": False}],
                        "description": "The primary company of the last contact, or `false` if it has none.",
                    },
                    "message": TEXT,
                    "ignored": ignored("companies"),
                },
                optional=["ignored"],
            ),
            example={
                "companies": [],
                "last_primary_company_id": False,
                "message": "Company has been successfully detached",
            },
            refusals={400: INVALID, 422: MISSING},
        )
    },
}
