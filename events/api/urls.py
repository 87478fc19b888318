from events.api.viewsets import EventViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers", EventViewSet, basename="event")
# Some clients call /contacts; it means the same (contract.md).
router.register("contacts", EventViewSet, basename="event-alias")

urlpatterns = router.urls
