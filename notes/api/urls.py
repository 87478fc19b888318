from django.urls import URLPattern, path

from notes.api import views


def routes(prefix: str, listed: type[views.NoteListView], one: type[views.NoteDetailView]) -> list[URLPattern]:
    return [
        path(f"{prefix}/<id:pk>/notes", listed.as_view()),
        path(f"{prefix}/<id:pk>/notes/<id:note_pk>", one.as_view()),
    ]


# Clients call /contacts as well; it is the same (contract.md).
urlpatterns = [
    *routes("subscribers", views.NoteListView, views.NoteDetailView),
    *routes("contacts", views.NoteListView, views.NoteDetailView),
    *routes("companies", views.CompanyNoteListView, views.CompanyNoteDetailView),
]
