"""What webhooks.middleware makes of FluentCRM's addresses for strangers, below its ROOT."""

from django.urls import path

from webhooks.public import BounceHandler, ContactHook

urlpatterns = [
    path("contact", ContactHook.as_view()),
    path("bounce_handler", BounceHandler.as_view()),
]
