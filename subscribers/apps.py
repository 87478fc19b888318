from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SubscribersConfig(AppConfig):
    name = "subscribers"
    verbose_name = "Contacts"

    def ready(self) -> None:
        # Importing the receivers connects them.
        autodiscover_modules("receivers")
