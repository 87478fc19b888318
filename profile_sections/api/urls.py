from profile_sections.api.viewsets import ProfileSectionViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers", ProfileSectionViewSet, basename="profile-section")
# Some clients call /contacts; it means the same (contract.md).
router.register("contacts", ProfileSectionViewSet, basename="profile-section-alias")

urlpatterns = router.urls
