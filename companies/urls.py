from django.urls import path

from companies.views import ExperimentsView

urlpatterns = [path("setting/experiments", ExperimentsView.as_view())]
