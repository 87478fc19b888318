from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Access"

    def ready(self) -> None:
        from accounts.groups import give_rights  # noqa: PLC0415 - only when all models are loaded

        # After Django's own receiver, which makes the permissions: its app comes first.
        post_migrate.connect(give_rights, dispatch_uid="accounts.groups")
