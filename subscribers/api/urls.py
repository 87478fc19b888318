from subscribers.api.viewsets.contacts import ContactViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers", ContactViewSet, basename="contact")
# Some clients call /contacts; it means the same (contract.md).
router.register("contacts", ContactViewSet, basename="contact-alias")

urlpatterns = router.urls
