"""Actions on a set of rows in the admin: show how many there are, ask, then change exactly these."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from staff.screens import Screen

# The admin asks before it changes more selected rows than this, and always before it changes all that filters find.
UNASKED = 10
# The number of rows that the page that asks names.
NAMED = 20
# The form's field with the fingerprint of the set.
CONFIRMED = "confirmed"


class Led(NamedTuple):
    """A message, and the page that goes on with what was done."""

    message: str
    address: str


# Changes the rows of some ids, with the chosen value; returns a message: a text, or safe HTML.
Act = Callable[[list[int], Any], str | Led]


class SetActions(Screen):
    """Actions that ask first. An action is a method that returns `self.on_set(...)`. Deleting is included."""

    actions: Any = ("delete_selected",)

    def on_set(
        self, request: HttpRequest, rows: QuerySet[Any], act: Act, *, choice: str = "", asks: bool = False
    ) -> HttpResponse | None:
        """Call `act(ids, chosen)`, or show the page that asks.

        It asks about all rows that the filters find, about many rows, always with `asks`, and if the field `choice` of
        the action's form is empty: the page has this field too, so that the selection is not lost. Only what was
        confirmed is changed: if the set is a different one by then, it asks again.
        """
        ids = ids_of(rows)
        if not ids:
            self.message_user(request, "Nothing was done: what was selected is not there any more.", messages.WARNING)
            return None
        chosen, problem = self.chosen(request, choice) if choice else (None, "")
        seen = request.POST.get(CONFIRMED)
        if seen is not None and seen != fingerprint(ids):
            problem = "The selection has changed since it was shown. Nothing was done yet."
        asks = asks or takes_everything(request) or len(ids) > UNASKED
        if problem or (asks and seen is None):
            fields = [choice] if choice else []
            filled = {choice: getattr(chosen, "pk", chosen)}
            return self.ask(request, rows, ids, fields=fields, filled=filled, problem=problem)
        with transaction.atomic():
            done = act(ids, chosen)
        if isinstance(done, Led):
            self.message_user(request, done.message, messages.SUCCESS)
            return HttpResponseRedirect(done.address)
        self.message_user(request, done, messages.SUCCESS)
        return None

    def chosen(self, request: HttpRequest, name: str) -> tuple[Any, str]:
        """The value of the field `choice`, and the message if it is empty or wrong."""
        field: Any = self.empty_form(request).fields[name]
        problem = f"Choose the {(field.label or name).lower()}."
        try:
            value = field.clean(field.widget.value_from_datadict(request.POST, request.FILES, name))
        except ValidationError as error:
            value = None
            if getattr(error, "code", "") == "value":
                problem = " ".join(error.messages)
        return value or None, "" if value else problem

    def ask(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        ids: list[int],
        *,
        fields: Sequence[str] = (),
        filled: Mapping[str, Any] = MappingProxyType({}),
        problem: str = "",
    ) -> HttpResponse:
        """The page that names the first rows and asks, with fields of the action's form. One more statement."""
        name, everything = action_name(request), takes_everything(request)
        action: Any = self.get_actions(request).get(name)
        form = self.empty_form(request, initial=filled)
        # For all rows that the filters find no ids are sent; Django needs one selected row.
        sent: list[tuple[str, Any]] = [(helpers.ACTION_CHECKBOX_NAME, pk) for pk in (ids[:1] if everything else ids)]
        sent.append(("select_across", "1" if everything else "0"))
        if "action" not in fields:
            sent += [("action", name), (CONFIRMED, fingerprint(ids))]
        context = {
            **self.admin_site.each_context(request),
            "title": action[2] if action else "Choose an action",
            "opts": self.opts,
            "media": self.media + form.media,
            "problem": problem,
            "number": counted(self.opts, len(ids)),
            "everything": everything,
            "named": self.names_of(request, rows.order_by("pk")[:NAMED]),
            "more": counted(self.opts, len(ids) - NAMED) if len(ids) > NAMED else "",
            "fields": [form[field] for field in fields],
            "deletes": name == "delete_selected",
            "sent": sent,
        }
        return TemplateResponse(request, "staff/confirm.html", context)

    def empty_form(self, request: HttpRequest, **options: Any) -> Any:
        """The form of the list, with the actions that the user may run."""
        form = cast(Any, self.action_form)(auto_id="id_%s", **options)
        form.fields["action"].choices = self.get_action_choices(request)
        return form

    def names_of(self, request: HttpRequest, rows: QuerySet[Any]) -> Sequence[str]:
        """How the page names the first rows of a set."""
        return [str(row) for row in rows]

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *arguments: Any) -> HttpResponse | None:
        """Call the action for the selected rows. None returns to the list."""
        ticked = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        if takes_everything(request):
            rows = queryset
        elif all(pk.isascii() and pk.isdecimal() and len(pk) < 19 for pk in ticked):
            rows = queryset.filter(pk__in=ticked)
        else:
            rows = queryset.none()
        action: Any = self.get_actions(request).get(action_name(request))
        if action:
            answer: HttpResponse | None = action[0](self, request, rows)
            return answer or HttpResponseRedirect(request.get_full_path())
        ids = ids_of(rows)
        if not ids:
            return None
        return self.ask(request, rows, ids, fields=["action"], problem="No action was chosen. Nothing was done yet.")

    @admin.action(description="Delete", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self.on_set(request, queryset, lambda ids, _: self.delete_rows(request, ids), asks=True)

    def delete_rows(self, request: HttpRequest, ids: list[int]) -> str | Led:
        """Delete what was confirmed; returns what was done."""
        self.log_set(request, ids, DELETION)
        return f"Deleted: {counted(self.opts, self.delete_set(ids))}."

    def delete_set(self, ids: list[int]) -> int:
        """Delete rows of those ids, however many; returns how many there were."""
        return self.model._default_manager.filter(pk__in=ids).delete()[0]

    def log_set(self, request: HttpRequest, ids: Sequence[int], flag: int = CHANGE, message: str = "") -> None:
        """Write one entry of the admin's log for a set: with the name of a single row, else with the number of rows."""
        row = self.model._default_manager.filter(pk=ids[0]).first() if len(ids) == 1 else None
        LogEntry.objects.create(
            user_id=cast(int, request.user.pk),
            content_type_id=get_content_type_for_model(self.model).pk,
            object_id=str(ids[0]) if len(ids) == 1 else None,
            object_repr=str(row or counted(self.opts, len(ids)))[:200],
            action_flag=flag,
            change_message=message,
        )


class DeletedAlone(SetActions):
    """The page before a deletion names the rows alone: what is deleted with them may be millions, and is not read."""

    def deleted_lines(self, rows: Sequence[Any]) -> list[str]:
        """How the page names the rows, each in a line."""
        return [str(row) for row in rows]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        rows = list(objs)
        return self.deleted_lines(rows), {str(self.opts.verbose_name_plural): len(rows)}, set(), []

    def names_of(self, request: HttpRequest, rows: QuerySet[Any]) -> Sequence[str]:
        return self.deleted_lines(list(rows))


def action_name(request: HttpRequest) -> str:
    """The action whose button was pressed. A list may have the form twice, above and below."""
    sent = request.POST.getlist("action")
    return sent[1] if request.POST.get("index") == "1" and len(sent) > 1 else "".join(sent[:1])


def takes_everything(request: HttpRequest) -> bool:
    """Whether all rows that the filters find are meant, not only the selected ones."""
    return request.POST.get("select_across") == "1"


def ids_of(rows: QuerySet[Any]) -> list[int]:
    """The ids of a set, ascending."""
    return sorted(rows.order_by().values_list("pk", flat=True))


def fingerprint(ids: list[int]) -> str:
    """A short text that is different for each set of ids (a hash)."""
    return f"{len(ids)}-{blake2b(array('q', ids).tobytes(), digest_size=16).hexdigest()}"


def counted(opts: Any, number: int) -> str:
    """`1 contact`, `1,234 contacts`."""
    return f"{number:,} {opts.verbose_name if number == 1 else opts.verbose_name_plural}"
