"""Public addresses of campaigns."""

from django.urls import path

from campaigns.pages import shared

urlpatterns = [path("shared/<str:secret>", shared, name="campaigns-shared")]
