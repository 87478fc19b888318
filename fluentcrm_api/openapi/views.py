"""The description of the API: /openapi.json for programs, /docs for people. Open to anyone, as the index is."""

from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fluentcrm_api.openapi.document import document
from rest.viewer import page_response, render_page, with_etag
from wp_rest.views import PublicView


@cache
def document_bytes() -> bytes:
    return orjson.dumps(document())


@cache
def page_bytes() -> bytes:
    return render_page(settings.SITE_NAME, document="/wp-json/fluent-crm/v2/openapi.json")


class DescriptionView(PublicView):
    """Content that is made once in a process. It has an ETag, so that clients need not load it again."""

    def content(self) -> HttpResponse:
        raise NotImplementedError

    @property
    def default_response_headers(self) -> dict[str, str]:
        # Caches may keep it but have to ask each time, so that a new version of the server is seen at once.
        return super().default_response_headers | {"Cache-Control": "public, no-cache"}

    def get(self, request: Request) -> Any:
        return with_etag(request, self.content())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        # No envelope and no JSONP for a whole document.
        return APIView.finalize_response(self, request, response, *args, **kwargs)


class DocumentView(DescriptionView):
    def content(self) -> HttpResponse:
        return HttpResponse(document_bytes(), content_type="application/json")


class PageView(DescriptionView):
    def content(self) -> HttpResponse:
        return page_response(page_bytes())
