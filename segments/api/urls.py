from django.urls import path

from segments.api import views

urlpatterns = [
    path("tags", views.TagListView.as_view()),
    path("tags/<id:pk>", views.TagDetailView.as_view()),
    path("tags/bulk", views.TagBulkView.as_view()),
    path("tags/do-bulk-action", views.TagBulkActionView.as_view()),
    path("lists", views.ContactListListView.as_view()),
    path("lists/<id:pk>", views.ContactListDetailView.as_view()),
    path("lists/bulk", views.ContactListBulkView.as_view()),
    path("lists/do-bulk-action", views.ContactListBulkActionView.as_view()),
]
