from django.urls import path

from accounts.api.views import MeView

urlpatterns = [path("users/me", MeView.as_view())]
