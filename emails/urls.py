"""Public addresses of mails, below emails.links.ROOT."""

from django.urls import path

from emails import public
from emails.pages.confirming import confirming
from emails.pages.leaving import leaving
from emails.pages.preferences import preferences
from emails.pages.viewing import logo, viewing

urlpatterns = [
    path("open/<str:token>", public.opened),
    path("click/<str:token>", public.clicked),
    path("confirm/<str:token>", confirming),
    path("unsubscribe/<str:token>", leaving),
    path("manage/<str:token>", preferences),
    path("view/<str:token>", viewing),
    path("logo", logo, name="emails-logo"),
]
