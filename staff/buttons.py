"""The actions of a list as buttons on the page of one row."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse

from staff.confirmation import SetActions


class PageButtons(SetActions):
    """`buttons` names the actions; each asks as on the list does, and then the page of the row is shown again."""

    buttons: tuple[str, ...] = ()
    change_form_outer_before_template = "staff/buttons.html"

    def offers(self, action: str, row: Any) -> bool:
        """Whether the action has a button on the page of this row."""
        return True

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("<path:object_id>/act/", self.admin_site.admin_view(self.act), name=name), *super().get_urls()]

    def act(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Do what the button says, for this row alone."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        page = reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        if request.method == "POST" and request.POST.get("action") in self.get_actions(request):
            answer = self.response_action(request, self.get_queryset(request).filter(pk=row.pk))
            if answer is not None and not isinstance(answer, HttpResponseRedirect):
                return answer
        return HttpResponseRedirect(page)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: Any = super().change_view(request, object_id, form_url, extra_context)
        context = getattr(answer, "context_data", None)
        if context and (row := context.get("original")) and self.has_view_permission(request, row):
            allowed = self.get_actions(request)
            context["buttons"] = [
                {"name": name, "text": allowed[name][2]}
                for name in self.buttons
                if name in allowed and self.offers(name, row)
            ]
            context["act_address"] = reverse(
                f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_act", args=[row.pk]
            )
        return answer
