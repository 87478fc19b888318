from emails.api.viewsets.double_optin import OptinSettingsViewSet, SendDoubleOptinViewSet
from emails.api.viewsets.messages import ContactMessageViewSet, LinkMetricsViewSet, MessageViewSet, PreviewViewSet
from emails.api.viewsets.reports import EmailReportViewSet
from emails.api.viewsets.templates import TemplateViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("templates", TemplateViewSet, basename="template")
router.register("subscribers/<id:pk>/emails", ContactMessageViewSet, basename="message")
router.register("subscribers/<id:pk>/url-metrics", LinkMetricsViewSet, basename="url-metric")
router.register("subscribers/<id:pk>/send-double-optin", SendDoubleOptinViewSet, basename="send-double-optin")
# Clients call /contacts as well; it is the same (contract.md).
router.register("contacts/<id:pk>/emails", ContactMessageViewSet, basename="message-alias")
router.register("contacts/<id:pk>/url-metrics", LinkMetricsViewSet, basename="url-metric-alias")
router.register("contacts/<id:pk>/send-double-optin", SendDoubleOptinViewSet, basename="send-double-optin-alias")
router.register("setting/double-optin", OptinSettingsViewSet, basename="double-optin")
router.register("campaigns/emails/<id:pk>/preview", PreviewViewSet, basename="preview")
router.register("reports/emails", MessageViewSet, basename="all-messages")
router.register("reports", EmailReportViewSet, basename="email-report")

urlpatterns = router.urls
