from segments.api.viewsets import ContactListViewSet, TagViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("tags", TagViewSet)
router.register("lists", ContactListViewSet)

urlpatterns = router.urls
