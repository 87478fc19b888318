"""Routes as in WordPress: namespaces below /wp-json, an index for each, and a JSON 404 for all other addresses."""

from collections.abc import Mapping, Sequence

from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter

from wp_rest.index import IndexView, NamespaceIndexView
from wp_rest.views import NoRouteView


class IdConverter:
    """A row's id. Numbers that are too long for a database id match no route, and so are a 404."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(IdConverter, "id")


def wordpress_urls(namespaces: Mapping[str, Sequence[str]]) -> list[URLPattern | URLResolver]:
    """The URLs of /wp-json/. `namespaces` maps a namespace to the modules with its routes."""
    urls: list[URLPattern | URLResolver] = [path("", IndexView.as_view(namespaces=tuple(namespaces)))]
    for namespace, modules in namespaces.items():
        urls.append(path(namespace, NamespaceIndexView.as_view(namespace=namespace)))
        urls.extend(path(f"{namespace}/", include(module)) for module in modules)
    return [*urls, re_path(r"", NoRouteView.as_view())]
