from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "rest"
    verbose_name = "What every API needs"
