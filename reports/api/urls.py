from reports.api.viewsets import ReportsViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("reports", ReportsViewSet, basename="report")

urlpatterns = router.urls
