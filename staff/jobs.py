"""Background jobs in the admin: how far they are, a button that cancels, and a page that takes back what one did."""

from collections.abc import Sequence
from typing import Any

import django_tasks_db.admin  # noqa: F401 - registers what is removed below
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tasks_db.models import DBTaskResult

from bulk_actions.actions import CHANGE
from bulk_actions.background import undo_job, undoable
from bulk_actions.undoing import CannotUndo
from jobs.models import UNFINISHED, Job
from jobs.registry import may_have_jobs
from jobs.services import cancel_jobs
from staff.confirmation import CONFIRMED, SetActions, counted
from staff.pages import NarrowPages
from staff.screens import ReadOnly
from staff.shown import badge
from subscribers.models import Subscriber

# Seconds after which a list that shows unfinished jobs is loaded again; the page of one asks by itself.
REFRESH = "3"

# The queue's own screen says nothing to staff: jobs do.
admin.site.unregister(DBTaskResult)


@admin.register(Job)
class JobAdmin(ReadOnly, NarrowPages, SetActions):
    few_rows = True
    list_display = ("title", "shown_state", "progress", "time_left", "user", "created_at")
    list_select_related = ("user",)
    list_columns = (
        *("title", "kind", "state", "done", "total", "created_at", "started_at", "finished_at", "due"),
        "user__username",
    )
    list_filter = ("state",)
    ordering = ("-id",)
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    actions = ("cancel",)
    fields = (
        *("title", "shown_state", "progress", "time_left", "rate", "counts", "error", "user"),
        *("created_at", "started_at", "finished_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Their own jobs are everybody's to see; all of them only for who may view jobs. Options may hold every id."""
        jobs: Any = super().get_queryset(request)
        return jobs.visible_to(request.user).defer("options", "cursor")

    @admin.display(description="state")
    def shown_state(self, job: Job) -> SafeString:
        return badge(job.state, job.get_state_display())

    @admin.display(description="progress")
    def progress(self, job: Job) -> SafeString:
        return format_html(
            '<progress value="{}" max="{}"></progress> <span class="nowrap">{} of {}</span>',
            job.done if job.total or job.is_unfinished else 1,
            max(job.total, 1),
            f"{job.done:,}",
            f"{job.total:,}",
        )

    @admin.display(description="time left")
    def time_left(self, job: Job) -> str:
        seconds = job.seconds_left
        if seconds is None:
            return "-"
        return f"{seconds} s" if seconds < 120 else f"{seconds // 60:,} min"

    @admin.display(description="contacts a second")
    def rate(self, job: Job) -> str:
        return "-" if job.rate is None else f"{job.rate:,.0f}"

    @admin.display(description="counts")
    def counts(self, job: Job) -> str:
        numbers = {name: value for name, value in job.result.items() if isinstance(value, int) and "id" not in name}
        return ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in numbers.items()) or "-"

    @admin.action(description="Cancel", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Job]) -> HttpResponse | None:
        return self.on_set(request, queryset, lambda ids, _: self.cancel_set(request, ids), asks=True)

    def cancel_set(self, request: HttpRequest, ids: Sequence[int]) -> str:
        """Cancel those of the jobs that the user may cancel; returns what was done."""
        jobs: Any = Job.objects.filter(pk__in=ids)
        allowed = list(jobs.cancellable_by(request.user).values_list("pk", flat=True))
        cancelled = cancel_jobs(allowed)
        if cancelled:
            self.log_set(request, allowed, message="Cancelled.")
        return f"Cancelled: {counted(self.opts, cancelled)}. What was done stays done."

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        answer = super().changelist_view(request, extra_context)
        if request.method == "GET" and self.get_queryset(request).filter(state__in=UNFINISHED).exists():
            answer["Refresh"] = REFRESH
        return answer

    def change_view(self, request: HttpRequest, object_id: str, *arguments: Any, **options: Any) -> HttpResponse:
        unfinished: Any = self.get_queryset(request).filter(state__in=UNFINISHED, pk=object_id)
        if request.method == "POST" and "_cancel" in request.POST:
            done = self.cancel_set(request, list(unfinished.values_list("pk", flat=True)))
            self.message_user(request, done, messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        goes_on = unfinished.exists()
        may_cancel = goes_on and unfinished.cancellable_by(request.user).exists()
        options["extra_context"] = {"may_cancel": may_cancel, "goes_on": goes_on}
        answer: Any = super().change_view(request, object_id, *arguments, **options)
        job = (getattr(answer, "context_data", None) or {}).get("original")
        if job:
            # Last, as what a job that goes on has changed cannot be taken back yet.
            user: Any = request.user
            answer.context_data["may_undo"] = user.has_perm(CHANGE) and undoable(job) > 0
            answer.context_data["undone_by"] = self.get_queryset(request).filter(undoes=job.pk).order_by("-pk").first()
        return answer

    def get_urls(self) -> list[Any]:
        own = path("<int:pk>/undo/", self.admin_site.admin_view(self.undo_view), name="jobs_job_undo")
        return [own, *super().get_urls()]

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask with the number of contacts; a POST that confirms it starts the job that takes this one back.

        For who may change contacts, their own jobs or any that they may see.
        """
        user: Any = request.user
        if not (self.has_view_permission(request) and user.has_perm(CHANGE)):
            raise PermissionDenied
        job = self.get_queryset(request).filter(pk=pk).first() if pk < 2**63 else None
        if job is None:
            raise Http404
        page = reverse("admin:jobs_job_change", args=[pk])
        contacts = undoable(job)
        if not contacts:
            self.message_user(request, "This cannot be undone, or it was undone already.", messages.WARNING)
            return HttpResponseRedirect(page)
        number = counted(Subscriber._meta, contacts)
        if request.method == "POST" and request.POST.get(CONFIRMED) == str(pk):
            try:
                with transaction.atomic():
                    undo = undo_job(pk)
                    self.log_set(request, [pk], message="Undone, in the background.")
            except CannotUndo as error:
                self.message_user(request, f"This cannot be undone. {error}", messages.WARNING)
                return HttpResponseRedirect(page)
            said = f"{undo}: {number}. It goes on in the background; this page shows how far it is."
            self.message_user(request, said, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[undo.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Undo: {job}",
            "opts": self.opts,
            "media": self.media,
            "number": number,
            "note": "Only contacts who are still as the action left them are changed, so it is safe to undo twice: those who "
            "were changed again in this respect since then, also by an undo that failed or was cancelled, stay as they are.",
            "sent": [(CONFIRMED, pk)],
            "back": page,
        }
        return TemplateResponse(request, "staff/confirm.html", context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return may_have_jobs(user)
