"""Companies that contacts belong to, and the switches of FluentCRM's modules."""

import secrets
from typing import Any, ClassVar

from django.db import models

from companies.querysets import CompanyQuerySet
from database.expressions import Fold

# What `type` may be (companies.json knows Partner; the others are the field's usual words).
TYPES = ("Prospect", "Partner", "Vendor", "Reseller", "Other")
# The columns of a company in the order in which they are read and answered.
COLUMNS = (
    "id hash owner_id name industry email timezone address_line_1 address_line_2 postal_code city state country "
    "employees_number description phone type logo website linkedin_url facebook_url twitter_url date_of_start"
).split()
TEXT: dict[str, Any] = {"null": True, "blank": True}


def make_hash() -> str:
    """A company's public id: 32 hex digits that nobody can guess."""
    return secrets.token_hex(16)


class Company(models.Model):
    """A company. Its name is unique, as `fold` compares. Column lengths are FluentCRM's."""

    hash = models.CharField(max_length=32, unique=True, default=make_hash, editable=False)
    # Named as a text, as the app of contacts imports this one and not the other way round.
    owner = models.ForeignKey(
        "subscribers.Subscriber", on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_companies"
    )
    name = models.CharField(max_length=192)
    industry = models.CharField(max_length=192, **TEXT)
    email = models.CharField(max_length=192, **TEXT)
    timezone = models.CharField(max_length=192, **TEXT)
    address_line_1 = models.CharField(max_length=192, **TEXT)
    address_line_2 = models.CharField(max_length=192, **TEXT)
    postal_code = models.CharField(max_length=192, **TEXT)
    city = models.CharField(max_length=192, **TEXT)
    state = models.CharField(max_length=192, **TEXT)
    country = models.CharField(max_length=192, **TEXT)
    employees_number = models.PositiveIntegerField(default=0)
    description = models.TextField(null=True, blank=True)  # noqa: DJ001 - FluentCRM distinguishes null and ""
    phone = models.CharField(max_length=50, **TEXT)
    type = models.CharField(max_length=192, blank=True, default="")
    logo = models.CharField(max_length=500, **TEXT)
    website = models.CharField(max_length=500, **TEXT)
    linkedin_url = models.CharField(max_length=500, **TEXT)
    facebook_url = models.CharField(max_length=500, **TEXT)
    twitter_url = models.CharField(max_length=500, **TEXT)
    date_of_start = models.DateField(null=True, blank=True)
    custom_values = models.JSONField(default=dict, blank=True)
    # 0, or its own id if it shares its name with another since before names were compared with `fold`.
    twin = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "companies"
        constraints: ClassVar = [
            # POST /companies, and companies that FluenzR's contacts name.
            models.UniqueConstraint(Fold("name"), "twin", name="companies_name_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class Experiments(models.Model):
    """What clients sent to `/setting/experiments`, in one row. It has no effect: all modules are always on."""

    settings = models.JSONField(default=dict)

    def __str__(self) -> str:
        return "experiments"
