from feed.api.viewsets import FeedViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers", FeedViewSet, basename="feed")
# Some clients call /contacts; it means the same (contract.md).
router.register("contacts", FeedViewSet, basename="feed-alias")

urlpatterns = router.urls
