"""Public addresses of smart links, below smart_links.addresses.ROOT."""

from django.urls import path

from smart_links.public import followed

urlpatterns = [path("<str:short>", followed)]
