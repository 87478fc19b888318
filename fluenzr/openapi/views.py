"""The description of this API: /v1/openapi.json for programs, /v1/docs for people. Open to anyone."""

from functools import cache
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from fluenzr.dialect import FluenzrView
from fluenzr.openapi.document import document
from rest.viewer import page_response, render_page


class DocumentView(FluenzrView):
    permission_classes = ()
    rights: ClassVar = {"GET": None}

    def get(self, request: Request) -> Response:
        return Response(document())


class PageView(FluenzrView):
    permission_classes = ()
    rights: ClassVar = {"GET": None}

    def get(self, request: Request) -> Any:
        return page_response(page_bytes())


@cache
def page_bytes() -> bytes:
    return render_page("FluenzR's API", document="/v1/openapi.json", server="/v1")
