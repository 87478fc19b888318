"""The addresses below ROOT of webhooks.middleware."""

from django.urls import path

from webhooks.public import BounceHandler, ContactHook

urlpatterns = [
    path("contact", ContactHook.as_view()),
    path("bounce_handler", BounceHandler.as_view()),
]
