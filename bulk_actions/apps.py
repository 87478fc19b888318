from django.apps import AppConfig


class BulkActionsConfig(AppConfig):
    name = "bulk_actions"
