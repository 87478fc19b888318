from django.apps import AppConfig


class EmailsConfig(AppConfig):
    name = "emails"
    verbose_name = "Emails"

    def ready(self) -> None:
        from emails.conditions import Activity  # noqa: PLC0415 - it needs the models
        from subscribers.conditions import register_condition  # noqa: PLC0415

        register_condition("activity", Activity)
