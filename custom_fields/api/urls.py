from custom_fields.api.viewsets import CompanyFieldsViewSet, ContactFieldsViewSet, DefinitionsViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("custom-fields/contacts", ContactFieldsViewSet, basename="contact-fields")
router.register("companies/custom-fields", CompanyFieldsViewSet, basename="company-fields")
# FluentCRM has no such route, but some clients call it (contract.md).
router.register("custom-fields", DefinitionsViewSet, basename="contact-fields-alias")

urlpatterns = router.urls
