from django.urls import path

from accounts.views import MeView

urlpatterns = [path("users/me", MeView.as_view())]
