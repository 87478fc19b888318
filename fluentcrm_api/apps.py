from django.apps import AppConfig


class FluentcrmApiConfig(AppConfig):
    name = "fluentcrm_api"

    def ready(self) -> None:
        # Here, as no engine imports a face. They need the models.
        from bulk_actions.api.queries import find_contacts  # noqa: PLC0415
        from subscribers.api.filters import contacts_meeting  # noqa: PLC0415
        from subscribers.registry import register_reader  # noqa: PLC0415

        register_reader("advanced_filters", contacts_meeting)
        register_reader("contact_query", find_contacts)
