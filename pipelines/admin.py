"""Stages in the admin."""

from django.contrib import admin

from pipelines.models import Stage


@admin.register(Stage)
class StageAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The id that clients use is shown with its prefix; it stays when a stage is renamed."""

    list_display = ("name", "position", "api_id")
    list_editable = ("position",)
    ordering = ("position", "pk")

    @admin.display(description="id in the API")
    def api_id(self, stage: Stage) -> str:
        return f"stg_{stage.slug}"
