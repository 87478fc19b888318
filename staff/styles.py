"""Addresses of the admin's own styles, as the theme asks for them."""

from django.http import HttpRequest
from django.templatetags.static import static


def screens(request: HttpRequest) -> str:
    return static("staff/screens.css")
