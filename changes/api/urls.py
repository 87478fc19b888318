from django.urls import path

from changes.api.views import HistoryView

# Clients call /contacts as well; it is the same (contract.md).
urlpatterns = [path(f"{prefix}/<id:pk>/history", HistoryView.as_view()) for prefix in ("subscribers", "contacts")]
