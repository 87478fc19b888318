"""The stages that a contact goes through on its way to a customer."""

from django.db import models
from django.utils.text import slugify

# What a new site starts with (FluenzR's own stages); staff may change them all.
DEFAULTS = ("Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
MAX_SLUG = 64


class Stage(models.Model):
    """One stage; a contact is in one at most."""

    name = models.CharField(max_length=192)
    slug = models.SlugField(
        max_length=MAX_SLUG,
        unique=True,
        blank=True,
        help_text="Its id in the API, after stg_. Made from the name where it is left empty.",
    )
    position = models.PositiveIntegerField(default=0, help_text="Where it stands among the stages, upward.")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        if not self.slug:
            self.slug = self.free_slug()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def free_slug(self) -> str:
        """A slug of the name that no other stage has."""
        base = slugify(self.name).replace("-", "_")[: MAX_SLUG - 8] or "stage"
        taken = set(Stage.objects.filter(slug__startswith=base).values_list("slug", flat=True))
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f"{base}_{number}"
        return slug
