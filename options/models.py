"""Settings that staff change while the server runs. What belongs to the machine is in the environment."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Option(models.Model):
    """One group of settings by its name in the API (`email_settings`); `value` has only what was set."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = "group of settings"
        verbose_name_plural = "settings"

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """What a user has chosen for a screen, by the screen's name (options.preferences)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=64)
    value = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            # options.preferences: one screen of one user.
            models.UniqueConstraint(fields=["user", "name"], name="options_preference_unique"),
        ]

    def __str__(self) -> str:
        return self.name
