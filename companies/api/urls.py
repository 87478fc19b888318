from django.urls import path

from companies.api import views
from companies.api.experiments import ExperimentsView

urlpatterns = [
    path("companies", views.CompanyListView.as_view()),
    path("companies/<id:pk>", views.CompanyDetailView.as_view()),
    path("companies/search", views.SearchCompaniesView.as_view()),
    path("companies/search-unattached-contacts", views.UnattachedContactsView.as_view()),
    path("companies/attach-subscribers", views.AttachSubscribersView.as_view()),
    path("companies/detach-subscribers", views.DetachSubscribersView.as_view()),
    path("companies/companies-property", views.CompaniesPropertyView.as_view()),
    path("companies/do-bulk-action", views.CompaniesBulkActionView.as_view()),
    path("setting/experiments", ExperimentsView.as_view()),
]
