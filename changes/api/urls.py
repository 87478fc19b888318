from changes.api.viewsets import HistoryViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers/<id:pk>/history", HistoryViewSet, basename="history")
# Some clients call /contacts; it means the same (contract.md).
router.register("contacts/<id:pk>/history", HistoryViewSet, basename="history-alias")

urlpatterns = router.urls
