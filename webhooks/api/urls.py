from django.urls import path

from webhooks.api.viewsets import BounceConfigsViewSet, WebhookViewSet
from webhooks.public import BounceHandler
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("setting/bounce_configs", BounceConfigsViewSet, basename="bounce-configs")

urlpatterns = [
    *router.urls,
    # Mail services post here without credentials. FluentCRM has both forms.
    path("public/bounce_handler/<str:service>/handle/<str:code>", BounceHandler.as_view()),
    path("public/bounce_handler/<str:service>/<str:code>", BounceHandler.as_view()),
]
