from campaigns.api.viewsets.campaigns import CampaignViewSet
from campaigns.api.viewsets.further import FurtherViewSet
from campaigns.api.viewsets.looks import LookViewSet
from campaigns.api.viewsets.recipients import ChoiceViewSet
from campaigns.api.viewsets.recurring import RecurringViewSet
from campaigns.api.viewsets.recurring_mails import RecurringMailViewSet
from campaigns.api.viewsets.sending import RecipientViewSet, SendingViewSet, UnsubscriberViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("campaigns", CampaignViewSet, basename="campaign")
router.register("campaigns", ChoiceViewSet, basename="campaign-choice")
router.register("campaigns", LookViewSet, basename="campaign-look")
router.register("campaigns", SendingViewSet, basename="campaign-sending")
router.register("campaigns/<id:pk>/emails", RecipientViewSet, basename="campaign-recipient")
router.register("campaigns/<id:pk>/unsubscribers", UnsubscriberViewSet, basename="campaign-unsubscriber")
router.register("campaigns-pro", FurtherViewSet, basename="campaign-further")
router.register("recurring-campaigns", RecurringViewSet, basename="recurring-campaign")
router.register("recurring-campaigns/<id:pk>/emails", RecurringMailViewSet, basename="recurring-mail")

urlpatterns = router.urls
