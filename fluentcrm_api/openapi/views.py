"""The description of the API: /openapi.json for programs, /docs for people. Open to anyone, as the index is."""

from functools import cache
from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from fluentcrm_api.openapi.document import document
from fluentcrm_api.openapi.page import render_page
from wp_rest.views import PublicView


@cache
def document_bytes() -> bytes:
    return orjson.dumps(document())


@cache
def page_bytes() -> bytes:
    return render_page().encode()


class DescriptionView(PublicView):
    """Something that is made once a process and then only sent, or not even that: it has an ETag."""

    content_type = ""

    def content(self) -> bytes:
        raise NotImplementedError

    @property
    def default_response_headers(self) -> dict[str, str]:
        # Kept by anyone and asked about each time: a new version of the server is seen at once.
        return super().default_response_headers | {"Cache-Control": "public, no-cache"}

    def get(self, request: Request) -> Any:
        content = self.content()
        etag = f'"{sha256(content).hexdigest()[:32]}"'
        answer = HttpResponse(content, content_type=self.content_type, headers={"ETag": etag})
        return get_conditional_response(request, etag=etag, response=answer)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        # A whole document goes into no envelope and no callback.
        return APIView.finalize_response(self, request, response, *args, **kwargs)


class DocumentView(DescriptionView):
    content_type = "application/json"

    def content(self) -> bytes:
        return document_bytes()


class PageView(DescriptionView):
    content_type = "text/html; charset=utf-8"

    def content(self) -> bytes:
        return page_bytes()
