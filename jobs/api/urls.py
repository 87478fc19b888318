from jobs.api.viewsets import JobViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("jobs", JobViewSet, basename="job")

urlpatterns = router.urls
