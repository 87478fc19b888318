"""Records for contacts what other apps delete: in their history and their updated_at."""

from collections.abc import Mapping
from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from pipelines.models import Stage
from segments.models import Segment
from segments.signals import segments_leaving
from subscribers.models import Subscriber
from subscribers.services import leave_segments, set_column


@receiver(segments_leaving)
def take_from_contacts(sender: type[Segment], titles: Mapping[int, str], **beside: Any) -> None:
    leave_segments(sender, titles)


@receiver(pre_delete, sender=Stage)
def empty_stage(sender: type[Stage], instance: Stage, **beside: Any) -> None:
    """Remove the contacts from a stage before it is deleted, in the same transaction."""
    # Locked first (subscribers.services.locks), so that no other request adds contacts.
    Stage.objects.select_for_update().filter(pk=instance.pk).first()
    inside = Subscriber.objects.filter(pipeline_stage=instance).values_list("pk", flat=True)
    set_column(list(inside), "pipeline_stage_id", None)
