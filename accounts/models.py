"""Application passwords and API keys: what a client sends instead of its user's own password."""

from django.conf import settings
from django.db import models


class ApplicationPassword(models.Model):
    """One client's password. Only a keyed hash is stored; the password is shown once, when it is made."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="application_passwords")
    name = models.CharField(max_length=190, help_text="The client that uses it.")
    hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_from = models.GenericIPAddressField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """One API key of FluenzR. Only a keyed hash is stored; the key is shown once, when it is made."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=190, help_text="The client that uses it.")
    read_only = models.BooleanField(default=False, help_text="The key can read but not change anything.")
    hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return self.name


class ReadyGroup(models.Model):
    """A group that every site has from the start (accounts.groups)."""

    name = models.CharField(max_length=150, unique=True, help_text="Its first name: staff may rename the group.")
    # None where staff deleted it, or had a group of that name before.
    group = models.OneToOneField("auth.Group", on_delete=models.SET_NULL, null=True, related_name="+")
    considered = models.ManyToManyField("auth.Permission", help_text="The rights that it was given, or not, once.")

    def __str__(self) -> str:
        return self.name
