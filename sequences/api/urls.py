from sequences.api.viewsets.mails import SaveSequenceMailViewSet, SequenceMailViewSet
from sequences.api.viewsets.sequences import EmailSequenceViewSet
from sequences.api.viewsets.trackers import SequencesOfContactViewSet, TrackersOfSequenceViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("sequences", EmailSequenceViewSet, basename="sequence")
router.register("sequences/sequence-email-update-create", SaveSequenceMailViewSet, basename="save-sequence-mail")
router.register("sequences/<id:pk>/email", SequenceMailViewSet, basename="sequence-mail")
router.register("sequences/<id:pk>/subscribers", TrackersOfSequenceViewSet, basename="sequence-tracker")
router.register("sequences/subscriber/<id:pk>/sequences", SequencesOfContactViewSet, basename="sequences-of-contact")

urlpatterns = router.urls
