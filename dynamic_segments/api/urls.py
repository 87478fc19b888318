from dynamic_segments.api.serializers import SLUG
from dynamic_segments.api.viewsets import DynamicSegmentViewSet, SegmentContactsViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("dynamic-segments", DynamicSegmentViewSet, basename="dynamic-segment")
# In FluentCRM the first part is the kind of segment. There is one kind here.
router.register(f"dynamic-segments/{SLUG}/subscribers", SegmentContactsViewSet, basename="segment-contacts")

urlpatterns = router.urls
