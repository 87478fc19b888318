from accounts.api.viewsets import UserViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("users", UserViewSet, basename="user")

urlpatterns = router.urls
