from django.apps import AppConfig


class FluenzrConfig(AppConfig):
    name = "fluenzr"
