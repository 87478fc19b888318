from django.urls import path

from custom_fields.api.views import CustomFieldsView, GroupNameView
from custom_fields.models import Scope

urlpatterns = [
    path("custom-fields/contacts", CustomFieldsView.as_view()),
    path("custom-fields/contacts/update_group_name", GroupNameView.as_view()),
    path("companies/custom-fields", CustomFieldsView.as_view(scope=Scope.COMPANY)),
    path("companies/custom-fields/update_group_name", GroupNameView.as_view(scope=Scope.COMPANY)),
    # FluentCRM has no such route; clients call it all the same (contract.md).
    path("custom-fields", CustomFieldsView.as_view()),
]
