from automations.api.viewsets.automations import AutomationViewSet
from automations.api.viewsets.blocks import BlockViewSet, NamedBlockViewSet
from automations.api.viewsets.enrolments import ActivityViewSet, ContactAutomationViewSet, EnrolmentViewSet
from automations.api.viewsets.many import ManyAutomationsViewSet
from automations.api.viewsets.reports import ReportViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("funnels", AutomationViewSet, basename="automation")
router.register("funnels", ManyAutomationsViewSet, basename="many-automations")
router.register("funnels", ReportViewSet, basename="automation-report")
router.register("funnels", ActivityViewSet, basename="automation-activity")
router.register("funnels/funnel", NamedBlockViewSet, basename="automation-named-block")
router.register("funnels/<id:pk>/sequences", BlockViewSet, basename="automation-block")
router.register("funnels/<id:pk>/subscribers", EnrolmentViewSet, basename="enrolment")
router.register("funnels/subscriber/<id:pk>/automations", ContactAutomationViewSet, basename="contact-automation")

urlpatterns = router.urls
