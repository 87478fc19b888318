from django.urls import URLPattern, path

from events.api.views import TrackedEventsView, TrackEventView


def routes(prefix: str) -> list[URLPattern]:
    return [
        path(f"{prefix}/track-event", TrackEventView.as_view()),
        path(f"{prefix}/<id:pk>/tracking-events", TrackedEventsView.as_view()),
    ]


# Clients call /contacts as well; it is the same (contract.md).
urlpatterns = [*routes("subscribers"), *routes("contacts")]
