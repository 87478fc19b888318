from notes.api.viewsets import CompanyNoteViewSet, NoteViewSet
from wp_rest.routers import WordPressRouter

router = WordPressRouter()
router.register("subscribers/<id:pk>/notes", NoteViewSet, basename="note")
# Some clients call /contacts; it means the same (contract.md).
router.register("contacts/<id:pk>/notes", NoteViewSet, basename="note-alias")
router.register("companies/<id:pk>/notes", CompanyNoteViewSet, basename="company-note")

urlpatterns = router.urls
