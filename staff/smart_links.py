"""Smart links in the admin, with the address to copy and how many followed it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.safestring import SafeString

from automations.models import Automation
from sequences.models import EmailSequence
from smart_links.addresses import old_address_of, short_of
from smart_links.api.serializers import ENTERED, KINDS, MAX_ENTERED, SmartLinkSerializer
from smart_links.models import SmartLink
from smart_links.services import counts_of, delete_links, save_link
from staff.confirmation import DeletedAlone
from staff.contact_form import chooser
from staff.pages import FilledList
from staff.rules import hold_to
from staff.shown import copyable
from staff.widgets import themed

# What a link does, and with which kinds of rows.
WAYS = {"attach": KINDS, "detach": KINDS, "enrol": ENTERED}
LABELS = {
    "attach_tags": "Give it tags",
    "attach_lists": "Put it on lists",
    "detach_tags": "Take tags away",
    "detach_lists": "Take it off lists",
    "enrol_automations": "Start automations",
    "enrol_sequences": "Start e-mail sequences",
}
CHOOSERS = {f"{way}_{kind}": (way, kind) for way, kinds in WAYS.items() for kind in kinds}


class SmartLinkForm(forms.ModelForm):  # type: ignore[type-arg]
    """A link, with the rules of the API. Tags and lists are chosen by name and stored as ids."""

    attach_tags = chooser("tags")
    attach_lists = chooser("lists")
    detach_tags = chooser("tags")
    detach_lists = chooser("lists")
    enrol_automations = forms.ModelMultipleChoiceField(Automation.objects.order_by("title"), required=False)
    enrol_sequences = forms.ModelMultipleChoiceField(EmailSequence.objects.order_by("title"), required=False)

    class Meta:
        model = SmartLink
        fields: ClassVar = ["title", "target_url", "notes"]
        widgets: ClassVar = {"target_url": forms.TextInput(attrs={"class": "vTextField"})}
        labels: ClassVar = {"target_url": "Target"}
        help_texts: ClassVar = {
            "target_url": "Where the link leads.",
            "notes": "For staff.",
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        themed({name: field for name, field in self.fields.items() if name == "target_url"})
        for name, (way, kind) in CHOOSERS.items():
            self.initial[name] = getattr(self.instance, way).get(kind, [])
            self.fields[name].label = LABELS[name]

    def clean(self) -> dict[str, Any]:
        super().clean()
        names = ("title", "target_url", "notes")
        sent = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        hold_to(self, SmartLinkSerializer(data=sent))
        for kind in ENTERED:
            if len(self.cleaned_data.get(f"enrol_{kind}", ())) > MAX_ENTERED:
                self.add_error(f"enrol_{kind}", f"Choose at most {MAX_ENTERED}.")
        if short_of(self.cleaned_data.get("target_url") or ""):
            self.add_error("target_url", "A smart link cannot lead to a smart link.")
        return self.cleaned_data


@admin.register(SmartLink)
class SmartLinkAdmin(DeletedAlone):
    form = SmartLinkForm
    list_display = ("title", "target_url", "address", "contacts", "clicks", "created_at")
    list_per_page = 50
    search_fields = ("title__holds", "target_url__holds", "notes__holds")
    search_help_text = "Title, target or notes"
    ordering = ("-id",)
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    readonly_fields = ("address", "contacts", "clicks", "created_by", "created_at", "updated_at")

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return FilledList

    def fill_page(self, rows: Sequence[Any]) -> None:
        """Who followed them. One statement."""
        give_counts(rows)

    def get_fieldsets(self, request: HttpRequest, obj: SmartLink | None = None) -> Any:
        return [
            (None, {"fields": ["title", "target_url", "notes"]}),
            (
                "For a contact who follows it out of a mail",
                {
                    "fields": list(CHOOSERS) if self.has_change_permission(request, obj) or obj is None else [],
                    "description": "Anybody else is only led to the target. It never changes a status.",
                },
            ),
            *([("Set by the server", {"fields": self.readonly_fields})] if obj else []),
        ]

    @admin.display(description="address to put into mails")
    def address(self, link: SmartLink) -> SafeString:
        """The address, which one click selects."""
        return copyable(old_address_of(link.short))

    @admin.display(description="contacts who followed it")
    def contacts(self, link: Any) -> str:
        return f"{counted(link).contacts:,}"

    @admin.display(description="clicks")
    def clicks(self, link: Any) -> str:
        return f"{counted(link).clicks:,}"

    def save_model(self, request: HttpRequest, obj: SmartLink, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        for way, kinds in WAYS.items():
            chosen = {kind: form.cleaned_data.get(f"{way}_{kind}", ()) for kind in kinds}
            setattr(obj, way, {kind: sorted(row.pk for row in rows) for kind, rows in chosen.items() if rows})
        save_link(obj)

    def delete_model(self, request: HttpRequest, obj: SmartLink) -> None:
        delete_links([obj.pk])

    def delete_set(self, ids: list[int]) -> int:
        return delete_links(ids)


def counted(link: Any) -> Any:
    if not hasattr(link, "followed"):
        give_counts([link])
    return link.followed


def give_counts(links: Sequence[Any]) -> None:
    """Put the numbers of each link beside it. One statement."""
    counts = counts_of([link.pk for link in links])
    for link in links:
        link.followed = counts[link.pk]
