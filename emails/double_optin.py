"""What requests for consent say, and what follows once a contact confirms: for all, or for a list of its own."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

from emails.models import Kind, Mailing
from options.services import read_options, read_options_like, write_option
from subscribers.models import SubscriberList, SubscriberTag

# The group of options for all; that of a list is this name, `_list_` and the list's id.
GENERAL = "double_optin"
OF_LIST = f"{GENERAL}_list_"
# In a list's group: "no" where the list has settings of its own.
FOLLOWS = "global_double_optin"
BODY = (
    "<h2>Please confirm your subscription</h2>"
    "<p>You, or somebody with your address, signed up for emails from {{crm.business_name}}.</p>"
    "<p>{{crm.activate_button|Yes, subscribe me}}</p>"
    "<p>If it was not you, do nothing: without your confirmation you will not be subscribed.</p>"
)
THANKS = "<h2>Thank you</h2><p>Your subscription is confirmed.</p>"


@dataclass(frozen=True)
class OptinSettings:
    """The settings by their names in the API (double-optin.json).

    A redirect is {"field_key": [ids of tags], "field_value": address}: the first one of whose tags the contact has one.
    """

    email_subject: str = "Please confirm your subscription"
    email_pre_header: str = ""
    design_template: str = "simple"
    email_body: str = BODY
    after_confirmation_type: str = "message"
    after_confirm_message: str = THANKS
    after_conf_redirect_url: str = ""
    tag_based_redirect: str = "no"
    tag_redirects: list[dict[str, Any]] = field(default_factory=lambda: [{"field_key": [], "field_value": ""}])

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        return cls(**{one.name: values[one.name] for one in fields(cls) if one.name in values})

    def shown(self) -> dict[str, Any]:
        return asdict(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the contact is asked."""
        written = [self.email_subject, self.email_pre_header, self.design_template, self.email_body]
        return sha256(json.dumps(written).encode()).hexdigest()

    def mailing(self) -> Mailing:
        return Mailing(
            kind=Kind.DOUBLE_OPTIN,
            title="Double opt-in",
            subject=self.email_subject,
            pre_header=self.email_pre_header,
            design=self.design_template,
            body=self.email_body,
            digest=self.digest,
        )

    def redirect_of(self, contact: int) -> str:
        """Where a contact goes once it has confirmed; nothing for a page of this server. One statement at most."""
        if self.after_confirmation_type != "redirect":
            return ""
        if self.tag_based_redirect == "yes":
            tags = set(SubscriberTag.objects.filter(subscriber=contact).values_list("tag", flat=True))
            for redirect in self.tag_redirects:
                if redirect["field_value"] and not tags.isdisjoint(redirect["field_key"]):
                    return str(redirect["field_value"])
        return self.after_conf_redirect_url


def general_settings() -> OptinSettings:
    """One statement."""
    return OptinSettings.of(read_options([GENERAL])[GENERAL])


def list_settings(list_id: int) -> tuple[OptinSettings, bool]:
    """The settings that hold for a list, and whether they are its own. One statement."""
    groups = read_options([GENERAL, name := f"{OF_LIST}{list_id}"])
    own = groups[name].get(FOLLOWS) == "no"
    return OptinSettings.of(groups[name] if own else groups[GENERAL]), own


def save_general_settings(values: Mapping[str, Any]) -> None:
    write_option(GENERAL, values)


def save_list_settings(list_id: int, values: Mapping[str, Any], *, own: bool) -> None:
    write_option(f"{OF_LIST}{list_id}", {**values, FOLLOWS: "no" if own else "yes"})


def settings_of_contacts(contacts: Collection[int]) -> dict[int, OptinSettings]:
    """The settings that hold for each contact: of its list with the lowest id that has its own, else the general ones.

    One statement, and one where a list has its own.
    """
    groups = read_options_like(GENERAL)
    general = OptinSettings.of(groups.get(GENERAL, {}))
    own = {
        int(name.removeprefix(OF_LIST)): OptinSettings.of(values)
        for name, values in groups.items()
        if name.startswith(OF_LIST) and values.get(FOLLOWS) == "no"
    }
    chosen = dict.fromkeys(contacts, general)
    if own:
        links = SubscriberList.objects.filter(subscriber__any_of=list(contacts), list__any_of=sorted(own))
        # The lowest list is written last.
        for contact, list_id in links.order_by("-list").values_list("subscriber", "list"):
            chosen[contact] = own[list_id]
    return chosen
