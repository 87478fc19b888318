from django.apps import AppConfig


class NotesConfig(AppConfig):
    name = "notes"
    verbose_name = "Notes"

    def ready(self) -> None:
        # Only now is every page registered on which notes are shown.
        from notes.admin import show_notes  # noqa: PLC0415

        show_notes()
