"""GET /jobs, /jobs/{id} and POST /jobs/{id}/cancel: work that goes on after its request. FluentCRM has none of it."""

from typing import Any, ClassVar

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.filters import JobFilter
from jobs.api.representation import show_job
from jobs.models import Job
from jobs.registry import may_have_jobs
from jobs.services import cancel_jobs
from wp_rest.exceptions import NotFound, Unprocessable
from wp_rest.viewsets import ListViewSet


class JobViewSet(ListViewSet):
    """Users see their own jobs; those who may view jobs see everybody's, who may change them cancel everybody's."""

    filterset_class = JobFilter
    rights: ClassVar = {"list": None, "retrieve": None, "cancel": None}

    def check_permissions(self, request: Request) -> None:
        """Who may neither start a job of any kind nor view jobs has nothing to ask here."""
        super().check_permissions(request)
        user: Any = request.user
        # OPTIONS asks for no credentials.
        if user and not may_have_jobs(user):
            self.permission_denied(request)

    def get_queryset(self) -> Any:
        user: Any = self.request.user
        return Job.objects.visible_to(user).select_related("user").defer("options", "cursor")

    def list(self, request: Request) -> Response:
        return Response({"jobs": self.page(self.get_queryset().order_by("-pk"))})

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response({"job": show_job(self.find(pk))})

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        self.find(pk)
        user: Any = request.user
        if not Job.objects.cancellable_by(user).filter(pk=pk).exists():
            self.permission_denied(request)
        cancelled = cancel_jobs([pk])
        job = self.find(pk)
        if not cancelled and job.state != "cancelled":
            raise Unprocessable(f"The job is over: it is {job.state}.")
        return Response({"message": "The job was cancelled. What it has done stays done.", "job": show_job(job)})

    def find(self, pk: int) -> Job:
        job: Job | None = self.get_queryset().filter(pk=pk).first()
        if job is None:
            raise NotFound
        return job

    def show(self, row: Job) -> Any:
        return show_job(row)
