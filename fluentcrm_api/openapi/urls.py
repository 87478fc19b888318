from django.urls import path

from fluentcrm_api.openapi.views import DocumentView, PageView

urlpatterns = [
    path("openapi.json", DocumentView.as_view()),
    path("docs", PageView.as_view()),
]
