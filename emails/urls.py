"""Public addresses of mails, below emails.links.ROOT."""

from django.urls import path

from emails import public

urlpatterns = [
    path("open/<str:token>", public.opened),
    path("click/<str:token>", public.clicked),
]
