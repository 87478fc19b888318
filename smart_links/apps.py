from django.apps import AppConfig


class SmartLinksConfig(AppConfig):
    name = "smart_links"
    verbose_name = "Smart links"

    def ready(self) -> None:
        from emails.leads import register_lead  # noqa: PLC0415 - it needs the models
        from smart_links.services import lead  # noqa: PLC0415

        register_lead(lead)
