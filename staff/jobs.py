"""Background jobs in the admin: how far they are, and a button that cancels."""

from collections.abc import Sequence
from typing import Any

import django_tasks_db.admin  # noqa: F401 - registers what is removed below
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tasks_db.models import DBTaskResult

from jobs.models import UNFINISHED, Job
from jobs.registry import may_have_jobs
from jobs.services import cancel_jobs
from staff.confirmation import SetActions, counted
from staff.pages import NarrowPages

# Seconds after which a page that shows unfinished jobs is loaded again.
REFRESH = "3"

# The queue's own screen says nothing to staff: jobs do.
admin.site.unregister(DBTaskResult)


@admin.register(Job)
class JobAdmin(NarrowPages, SetActions):
    list_display = ("title", "state", "progress", "time_left", "user", "created_at")
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
        *("title", "state", "progress", "time_left", "rate", "counts", "error", "user"),
        *("created_at", "started_at", "finished_at"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Their own jobs are everybody's to see; all of them only for who may view jobs. Options may hold every id."""
        jobs: Any = super().get_queryset(request)
        return jobs.visible_to(request.user).defer("options", "cursor")

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
        options["extra_context"] = {"may_cancel": goes_on and unfinished.cancellable_by(request.user).exists()}
        answer = super().change_view(request, object_id, *arguments, **options)
        if goes_on:
            answer["Refresh"] = REFRESH
        return answer

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return may_have_jobs(user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
