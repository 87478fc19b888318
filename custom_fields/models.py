"""Definitions of custom fields. Values are stored with the contacts: removing a definition only hides them."""

from typing import ClassVar

from django.db import models

from custom_fields.types import TYPES

DEFAULT_GROUP = "default"


class Scope(models.TextChoices):
    CONTACT = "contact"
    COMPANY = "company"


class CustomField(models.Model):
    """One custom field, of contacts or of companies."""

    scope = models.CharField(max_length=8, choices=Scope, default=Scope.CONTACT)
    slug = models.CharField(max_length=64, help_text="The key of the field's values in the API.")
    label = models.CharField(max_length=192)
    type = models.CharField(max_length=16, choices=[(name, kind.label) for name, kind in TYPES.items()])
    options = models.JSONField(default=list, blank=True, help_text="The choices, for the types that have some.")
    group = models.CharField(max_length=64, default=DEFAULT_GROUP, blank=True)
    position = models.PositiveIntegerField(default=0)
    # Other keys that a client sends with a definition (help texts, its own flags); returned unchanged.
    extras = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["scope", "slug"], name="custom_fields_slug_unique")]

    def __str__(self) -> str:
        return self.label
