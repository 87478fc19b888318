"""Answers that are kept so that a request may be sent again."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

KEPT_FOR = timedelta(hours=24)


class KeptAnswer(models.Model):
    """What a request with an Idempotency-Key was answered; written in the transaction of what the request changed."""

    # Without an index: the constraint's begins with it.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="A hash of the request's method, address and body.")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField(help_text="JSON.")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # retries.services.find_answer: the answer to a user's key.
            models.UniqueConstraint(fields=["user", "key"], name="retries_answer_once"),
        ]
        indexes: ClassVar = [
            # retries.services.remove_old_answers.
            models.Index(fields=["at"], name="retries_answer_at"),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
