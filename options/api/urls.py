from options.api.viewsets import SettingViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("setting", SettingViewSet, basename="setting")

urlpatterns = router.urls
