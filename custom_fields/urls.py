from django.urls import path

from custom_fields.models import Scope
from custom_fields.views import CustomFieldsView

urlpatterns = [
    path("custom-fields/contacts", CustomFieldsView.as_view()),
    path("companies/custom-fields", CustomFieldsView.as_view(scope=Scope.COMPANY)),
    # FluentCRM has no such route; clients call it all the same (contract.md).
    path("custom-fields", CustomFieldsView.as_view()),
]
