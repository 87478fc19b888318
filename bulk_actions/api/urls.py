from bulk_actions.api.viewsets import BulkActionViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers", BulkActionViewSet, basename="bulk-action")
# Some clients call /contacts; it means the same (contract.md).
router.register("contacts", BulkActionViewSet, basename="bulk-action-alias")

urlpatterns = router.urls
