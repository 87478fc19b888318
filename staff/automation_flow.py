"""The blocks of an automation as a flow: shown, added, changed, moved and taken out, and their mails tried."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin as framed

from automations.models import Automation, Block
from automations.reading import count_waiting
from automations.registry import Action, triggers
from automations.registry import blocks as known_blocks
from automations.services.blocks import BlockDraft
from automations.services.editing import NoSuchBlock, edit_flow
from automations.services.mails import MAIL_BLOCK, MailDraft, mailing_id, mailings_of
from automations.services.publishing import save_automation
from emails.models import Mailing
from rest.text import plain_line
from staff.automation_steps import BRANCHES, Names, settings_of, steps_of
from staff.block_forms import BlockForm
from staff.condition_field import let_count
from staff.confirmation import SetActions
from staff.previews import send_to_me, shown


class FlowPages(SetActions):
    """Pages of an automation's blocks; each change is saved at once, and contacts stay where they are."""

    change_form_outer_after_template = "staff/automation_flow.html"

    def get_urls(self) -> list[Any]:
        views = {
            "<int:pk>/trigger/": (self.edit_trigger, "trigger"),
            "<int:pk>/blocks/add/": (self.add_block, "add_block"),
            "<int:pk>/blocks/preview/": (framed(self.preview_mail), "draft_mail"),
            "<int:pk>/blocks/<int:block>/": (self.edit_block, "block"),
            "<int:pk>/blocks/<int:block>/preview/": (framed(self.preview_mail), "preview_mail"),
            "<int:pk>/blocks/<int:block>/move/": (self.move_block, "move_block"),
            "<int:pk>/blocks/<int:block>/remove/": (self.remove_block, "remove_block"),
        }
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=f"automations_automation_{name}")
                for route, (view, name) in views.items()
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: Any = super().change_view(request, object_id, form_url, extra_context)
        context = getattr(answer, "context_data", None) or {}
        if automation := context.get("original"):
            trigger = triggers().get(automation.trigger_name)
            context |= {
                "steps": steps_of(automation),
                "may_edit": self.has_change_permission(request, automation),
                "kinds": kinds(),
                "starts_by": trigger.label if trigger else f"{automation.trigger_name} (not on this server)",
                "trigger_says": Names([automation.settings]).say("", automation.settings),
            }
        return cast(HttpResponse, answer)

    # --- One block ---

    def add_block(self, request: HttpRequest, pk: int) -> HttpResponse:
        automation = self.editable(request, pk)
        action = known_blocks().get(request.GET.get("kind", ""))
        if action is None:
            raise Http404
        after, parent = number(request.GET.get("after")), number(request.GET.get("parent"))
        name = request.GET.get("branch", "")
        if parent is not None and name not in BRANCHES:
            raise Http404
        form = BlockForm(action, action.settings, None, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and not self.tested(request, form):
            columns = {"action_name": action.name, "type": action.type, **columns_of(form), **EMPTY}
            mail = form.mail
            draft = BlockDraft(columns) if mail is None else MailDraft(columns, mail=mail)
            return self.save(
                request, automation, lambda drafts: drafts.insert(draft, after=after, parent=parent, name=name)
            )
        return self.show(request, automation, form, f"Add: {action.label}")

    def edit_block(self, request: HttpRequest, pk: int, block: int) -> HttpResponse:
        automation = self.editable(request, pk)
        row = Block.objects.filter(pk=block, automation=pk).first()
        action = known_blocks().get(row.action_name) if row else None
        if row is None or action is None:
            raise Http404
        posted = request.POST if request.method == "POST" else None
        form = BlockForm(action, settings_of(row), mail_of(row), posted, initial={"title": row.title})
        if posted is not None and form.is_valid() and not self.tested(request, form):

            def change(drafts: Any) -> None:
                branch, place = drafts.place_of(block)
                changed = drafts.change(block, columns_of(form))
                if form.mail is not None:
                    branch[place] = MailDraft(changed.columns, block, changed.branches, mail=form.mail)

            return self.save(request, automation, change)
        there = count_waiting(automation).get(block, 0)
        return self.show(request, automation, form, f"{row.title or action.label}", row=row, there=there)

    def move_block(self, request: HttpRequest, pk: int, block: int) -> HttpResponse:
        automation = self.editable(request, pk)
        by = {"up": -1, "down": 1}.get(request.POST.get("way", ""))
        if request.method != "POST" or by is None:
            raise Http404
        return self.save(request, automation, lambda drafts: drafts.move(block, by))

    def remove_block(self, request: HttpRequest, pk: int, block: int) -> HttpResponse:
        automation = self.editable(request, pk)
        if request.method != "POST":
            raise Http404
        return self.save(request, automation, lambda drafts: drafts.remove(block))

    # --- The mail of a block ---

    def preview_mail(self, request: HttpRequest, pk: int, block: int | None = None) -> HttpResponse:
        """The mail as it is in the form that is sent, else as it was saved; for a frame beside the form."""
        automation = self.editable(request, pk)
        row = Block.objects.filter(pk=block, automation=automation.pk).first() if block else None
        return shown(request, mail_of(row) if row else None)

    def tested(self, request: HttpRequest, form: BlockForm) -> bool:
        """Whether a test of the mail was asked for: it is sent to whoever is signed in, and nothing is saved."""
        if "_test" not in request.POST or form.written_mail is None:
            return False
        self.message_user(request, *send_to_me(request, form.written_mail))
        return True

    # --- What starts it ---

    def edit_trigger(self, request: HttpRequest, pk: int) -> HttpResponse:
        automation = self.editable(request, pk)
        trigger: Any = triggers().get(automation.trigger_name)
        if trigger is None:
            raise Http404
        settings = automation.settings if isinstance(automation.settings, dict) else {}
        form = BlockForm(trigger, settings, None, request.POST if request.method == "POST" else None)
        del form.fields["title"]
        if trigger.events:  # what starts by the calendar asks nobody
            form.add_filters(automation.conditions)
        if request.method == "POST" and form.is_valid():
            automation.settings, automation.conditions = form.settings, form.filtered(automation.conditions)
            save_automation(automation)
            self.log_set(request, [pk], message="Changed what starts it.")
            return HttpResponseRedirect(page_of(pk))
        return self.show(request, automation, form, f"Starts by: {trigger.label}")

    # --- What they share ---

    def editable(self, request: HttpRequest, pk: int) -> Automation:
        """The automation, if the user may change it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        automation = Automation.objects.filter(pk=pk).first()
        if automation is None:
            raise Http404
        return automation

    def save(self, request: HttpRequest, automation: Automation, edit: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                edit_flow(automation.pk, edit, request.user.pk)
        except NoSuchBlock:
            self.message_user(request, "Nothing was changed: the block is not there any more.", messages.WARNING)
        else:
            self.log_set(request, [automation.pk], message="Changed the blocks.")
        return HttpResponseRedirect(page_of(automation.pk))

    def show(
        self, request: HttpRequest, automation: Automation, form: BlockForm, title: str, **further: Any
    ) -> HttpResponse:
        let_count(form, request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media + form.media,
            "automation": automation,
            # The head of the page leads back to it.
            "original": automation,
            "back": page_of(automation.pk),
            "form": form,
            **previews_of(automation, form, further.get("row")),
            **further,
        }
        return TemplateResponse(request, "staff/block.html", context)


def mail_of(block: Block) -> Mailing | None:
    """The mail of a block as it was saved, if it has one. One statement at most."""
    settings = settings_of(block)
    return mailings_of([settings]).get(mailing_id(settings) or 0) if block.action_name == MAIL_BLOCK else None


def previews_of(automation: Automation, form: BlockForm, row: Block | None) -> dict[str, str]:
    """The address that shows the mail of a form, and that of what was saved; nothing for a block without a mail."""
    if form.action.name != MAIL_BLOCK:
        return {}
    if row is None:
        return {"preview_now": reverse("admin:automations_automation_draft_mail", args=[automation.pk])}
    address = reverse("admin:automations_automation_preview_mail", args=[automation.pk, row.pk])
    return {"preview_now": address, "preview_saved": address if form.saved_mail else ""}


# The columns of a new block that the form does not have.
EMPTY: Mapping[str, Any] = {"description": None, "status": "published", "conditions": [], "note": None}


def columns_of(form: BlockForm) -> dict[str, Any]:
    return {"title": plain_line(form.cleaned_data["title"]), "settings": form.settings}


def page_of(pk: int) -> str:
    return reverse("admin:automations_automation_change", args=[pk])


def number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 19 else None


def kinds() -> list[tuple[str, list[Action]]]:
    """The blocks that can be added, by category."""
    found: dict[str, list[Action]] = {}
    for action in known_blocks().values():
        found.setdefault(action.category, []).append(action)
    return sorted(found.items())
