from django.apps import AppConfig


class WpRestConfig(AppConfig):
    name = "wp_rest"
