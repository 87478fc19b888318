"""Labels in the admin."""

from django.test import Client

from changes.models import Change
from labels.models import Label
from tests.labels.factories import LabelFactory


def test_staff_make_change_and_delete_labels(browser: Client) -> None:
    browser.post("/admin/labels/label/add/", {"title": "Promo", "slug": "promo", "color": "#ff0000"})
    label = Label.objects.get()
    assert "Promo" in browser.get("/admin/labels/label/?q=PRO").content.decode()
    browser.post(f"/admin/labels/label/{label.pk}/change/", {"title": "Summer", "slug": "promo", "color": ""})
    browser.post(f"/admin/labels/label/{label.pk}/delete/", {"post": "yes"})
    assert not Label.objects.exists()
    assert list(Change.objects.order_by("pk").values_list("event", "channel")) == [
        ("label_created", "admin"),
        ("label_updated", "admin"),
        ("label_deleted", "admin"),
    ]


def test_staff_delete_several_after_they_were_asked(browser: Client) -> None:
    ids = [label.pk for label in LabelFactory.create_batch(2)]
    form = {"action": "delete_selected", "_selected_action": ids}
    asked = browser.post("/admin/labels/label/", form)
    confirmed = asked.context["sent"]
    browser.post("/admin/labels/label/", {**form, **{name: value for name, value in confirmed if name == "confirmed"}})
    assert not Label.objects.exists()


def test_the_list_shows_the_color_of_a_label(browser: Client) -> None:
    LabelFactory.create(color='#2563eb"/><script>')
    page = browser.get("/admin/labels/label/").content.decode()
    assert 'fill="#2563eb&quot;/&gt;&lt;script&gt;"' in page
