from labels.api.viewsets import LabelViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("labels", LabelViewSet, basename="label")

urlpatterns = router.urls
