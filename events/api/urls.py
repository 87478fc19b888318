from events.api.viewsets import EventViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers", EventViewSet, basename="event")
# Clients call /contacts as well; it is the same (contract.md).
router.register("contacts", EventViewSet, basename="event-alias")

urlpatterns = router.urls
