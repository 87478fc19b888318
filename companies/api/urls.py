from companies.api.experiments import ExperimentsViewSet
from companies.api.viewsets import CompanyViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("companies", CompanyViewSet)
router.register("setting/experiments", ExperimentsViewSet, basename="experiments")

urlpatterns = router.urls
