"""The stages that contacts pass through until they are customers."""

from django.db import models
from django.utils.text import slugify

# The stages of a new site, which are FluenzR's own; staff may change all of them.
DEFAULTS = ("Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
MAX_SLUG = 64


class Stage(models.Model):
    """One stage. A contact is in one stage or in none."""

    name = models.CharField(max_length=192)
    slug = models.SlugField(
        max_length=MAX_SLUG,
        unique=True,
        blank=True,
        help_text="The id in the API, after stg_. If empty, it is made from the name.",
    )
    position = models.PositiveIntegerField(
        default=0, help_text="The position of the stage: smaller numbers come first."
    )

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
