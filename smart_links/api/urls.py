from smart_links.api.viewsets import SmartLinkViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("smart-links", SmartLinkViewSet, basename="smart-link")

urlpatterns = router.urls
