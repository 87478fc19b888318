"""Settings that staff change while the server runs. What belongs to the machine is in the environment."""

from typing import ClassVar

from django.db import models


class Option(models.Model):
    """One group of settings by its name in the API (`email_settings`); `value` has only what was set."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
