"""Stages in the admin."""

from django.contrib import admin

from pipelines.models import Stage
from staff.recorded import RecordedAdmin


@admin.register(Stage)
class StageAdmin(RecordedAdmin):
    """Shows the id that clients use, with its prefix. It does not change when a stage is renamed."""

    subject = "stage"
    list_display = ("name", "position", "api_id")
    list_editable = ("position",)
    ordering = ("position", "pk")

    @admin.display(description="id in the API")
    def api_id(self, stage: Stage) -> str:
        return f"stg_{stage.slug}"
