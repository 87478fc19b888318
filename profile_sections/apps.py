from django.apps import AppConfig


class ProfileSectionsConfig(AppConfig):
    name = "profile_sections"
