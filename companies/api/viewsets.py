"""/companies (recording companies.json)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Count, F
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.filters import CompanyFilter
from companies.api.representation import show_company
from companies.api.serializers import CompanySerializer, NewCompanySerializer
from companies.models import TYPES, Company
from companies.services import NameTaken, save_company, set_company_type
from custom_fields.models import Scope
from custom_fields.services import check_values, types_by_slug
from database.expressions import Fold
from rest.numbers import as_integer
from subscribers import services
from subscribers.api.representation import show_contacts
from subscribers.models import Subscriber
from subscribers.reading import existing_ids, read_contacts
from wp_rest.exceptions import FieldErrors, NotFound, Unprocessable, invalid, required
from wp_rest.parameters import as_ids, as_search
from wp_rest.viewsets import ModelViewSet

VIEW, ADD, CHANGE, DELETE = (f"companies.{verb}_company" for verb in ("view", "add", "change", "delete"))
TEXTS = {"name", "industry", "type", "email"}
SORTABLE = TEXTS | {"id", "created_at", "updated_at", "employees_number"}
FOUND_AT_ONCE = 20


def found_of(ids: Iterable[int]) -> list[Company]:
    return list(Company.objects.filter(pk__in=list(ids)).order_by("pk"))


def missing(ids: Iterable[int], found: Iterable[Company]) -> dict[str, Any]:
    """The key `ignored` of an answer: the ids that no company has."""
    there = {company.pk for company in found}
    unknown = [pk for pk in dict.fromkeys(ids) if pk not in there]
    return {"ignored": {"companies": unknown}} if unknown else {}


def show_companies(companies: Sequence[Company]) -> list[dict[str, Any]]:
    """Companies with their number of contacts and their owners. At most four statements."""
    ids = [company.pk for company in companies]
    counts = dict(
        Company.objects.filter(pk__any_of=ids).annotate(contacts=Count("subscribers")).values_list("pk", "contacts")
    )
    owners = {shown["id"]: shown for shown in contacts(company.owner_id for company in companies if company.owner_id)}
    return [
        {**show_company(company), "contacts_count": counts[company.pk], "owner": owners.get(company.owner_id)}
        for company in companies
    ]


def contacts(ids: Iterable[int]) -> list[dict[str, Any]]:
    return show_contacts(read_contacts(list(dict.fromkeys(ids))))


class CompanyViewSet(ModelViewSet):
    queryset = Company.objects.all()
    serializer_class = CompanySerializer
    filterset_class = CompanyFilter
    noun, plural = "company", "companies"
    created = "Company has been created successfully"
    updated = "Company has been updated"
    deleted = "Company has been deleted successfully"
    rights: ClassVar = {
        "list": VIEW,
        "create": ADD,
        "retrieve": VIEW,
        "update": CHANGE,
        "destroy": DELETE,
        "search": VIEW,
        "search_unattached_contacts": (VIEW, "subscribers.view_subscriber"),
        "attach_subscribers": (CHANGE, "subscribers.change_subscriber"),
        "detach_subscribers": (CHANGE, "subscribers.change_subscriber"),
        "companies_property": CHANGE,
        "do_bulk_action": CHANGE,
    }

    def get_queryset(self) -> Any:
        companies = super().get_queryset()
        return companies.order_by(*self.order()) if self.action == "list" else companies

    def order(self) -> Sequence[Any]:
        params = self.params
        name = params.get("sort_by") or params.get("order_by")
        names = ("sort_order", "sort_type", "order_type", "order")
        upward = str(next((params[key] for key in names if params.get(key)), "")).lower() == "asc"
        last = "id" if upward else "-id"
        if not isinstance(name, str) or name not in SORTABLE:
            return [last]
        # In ascending order empty values come first, on every database.
        column = Fold(name) if name in TEXTS else F(name)
        return [column.asc(nulls_first=True) if upward else column.desc(nulls_last=True), last]

    def show_page(self, rows: Sequence[Company]) -> Sequence[Any]:
        return show_companies(rows)

    def show(self, row: Company) -> Any:
        return show_company(row)

    def show_new(self, row: Company) -> Any:
        return show_company(row, new=True)

    def get_serializer_class(self) -> Any:
        return NewCompanySerializer if self.action == "create" else CompanySerializer

    def save(self, serializer: Any) -> tuple[Company, Mapping[str, Any]]:
        company: Company = serializer.instance or Company()
        try:
            return company, self.write(company, dict(serializer.validated_data))
        except NameTaken:
            if serializer.instance:
                text = "Company name already exists. Please use a different company name"
                raise Unprocessable(text) from None
            text = "The name attribute is already taken and must be unique."
            raise FieldErrors({"name": {"unique": text}}, status=422) from None

    @transaction.atomic
    def write(self, company: Company, valid: dict[str, Any]) -> dict[str, Any]:
        """Save a valid company and add its owner to it. Raises FieldErrors and NameTaken.

        Returns the key `ignored` of the answer: the custom values that no field has.
        """
        unknown: list[str] = []
        custom_values = valid.pop("custom_values", None)
        if custom_values:
            checked = check_values(custom_values, types_by_slug(Scope.COMPANY))
            if checked.errors:
                raise FieldErrors({f"custom_values.{slug}": {"type": text} for slug, text in checked.errors.items()})
            merged = {**company.custom_values, **checked.values}
            company.custom_values = {slug: value for slug, value in merged.items() if value is not None}
            unknown = checked.unknown
        owner = valid.get("owner_id")
        if owner and not existing_ids([owner]):
            raise invalid("owner_id", "There is no such contact.")
        for name, value in valid.items():
            setattr(company, name, value)
        save_company(company)
        if owner:
            services.attach_companies([owner], [company.pk])
        return {"ignored": {"custom_values": unknown}} if unknown else {}

    def delete_row(self, pk: int) -> Any:
        return services.delete_companies([pk])

    def ids(self, *names: str) -> list[int]:
        """The ids of the first parameter in `names` that has some. Raises the 422 for the first name if none has."""
        ids = next((ids for name in names if (ids := as_ids(self.params.get(name), name))), [])
        if not ids:
            raise required(names[0])
        return ids

    @action(detail=False)
    def search(self, request: Request) -> Response:
        """A few companies for a select box."""
        columns = ("id", "name", "email", "logo", "phone", "website")
        found = list(self.filter_queryset(self.get_queryset()).order_by("pk").values(*columns)[: FOUND_AT_ONCE + 1])
        return Response({"results": found[:FOUND_AT_ONCE], "has_more": len(found) > FOUND_AT_ONCE})

    @action(detail=False, url_path="search-unattached-contacts")
    def search_unattached_contacts(self, request: Request) -> Response:
        """Contacts that do not belong to the company, the newest first."""
        company = as_integer(self.params.get("company_id"))
        if not company:
            raise required("company_id")
        found = Subscriber.objects.exclude(Subscriber.objects.all().link_exists("companies", [company]))
        if search := as_search(self.params.get("search")):
            found = found.matching(search)
        ids = found.in_order("id", descending=True).values_list("pk", flat=True)[:FOUND_AT_ONCE]
        return Response({"results": contacts(ids)})

    @action(detail=False, methods=["post"], url_path="attach-subscribers")
    def attach_subscribers(self, request: Request) -> Response:
        subscribers, companies = self.ids("subscriber_ids", "subscribers"), self.ids("company_ids", "companies")
        found = found_of(companies)
        ignored = missing(companies, found)
        if not found:
            raise NotFound(**ignored)
        services.attach_companies(subscribers, companies)
        shown = [show_company(company) for company in found]
        return Response({"message": "Selected Companies has been attached successfully", "companies": shown, **ignored})

    @action(detail=False, methods=["post"], url_path="detach-subscribers")
    def detach_subscribers(self, request: Request) -> Response:
        subscribers, companies = self.ids("subscriber_ids", "subscribers"), self.ids("company_ids", "companies")
        ignored = missing(companies, found_of(companies))
        services.detach_companies(subscribers, companies)
        left = Company.objects.filter(subscribers__any_of=subscribers).distinct().order_by("pk")
        primary = Subscriber.objects.filter(pk=subscribers[-1]).values_list("company_id", flat=True).first()
        return Response(
            {
                "companies": [show_company(company) for company in left],
                "last_primary_company_id": primary or False,
                "message": "Company has been successfully detached",
                **ignored,
            }
        )

    @action(detail=False, methods=["put"], url_path="companies-property")
    def companies_property(self, request: Request) -> Response:
        """One property of many companies."""
        column, value = self.params.get("property"), self.params.get("value")
        if column != "type":
            raise Unprocessable("Column is not valid")
        if value not in TYPES:
            raise Unprocessable("Value is not valid")
        set_company_type(self.ids("companies", "company_ids"), value)
        return Response({"message": "Companies successfully updated"})

    @action(detail=False, methods=["post"], url_path="do-bulk-action")
    def do_bulk_action(self, request: Request) -> Response:
        """The two actions of the recording."""
        chosen = self.params.get("action_name")
        if chosen not in ("change_company_type", "delete_companies"):
            raise Unprocessable("Selected Action is not valid")
        ids = self.ids("company_ids", "companies")
        if chosen == "delete_companies":
            user: Any = request.user
            if not user.has_perm(DELETE):
                self.permission_denied(request)
            completed, message = len(services.delete_companies(ids)), "Selected Companies has been deleted permanently"
        else:
            kind = self.params.get("new_status")
            if kind not in TYPES:
                raise invalid("new_status", f"The new_status must be one of: {', '.join(TYPES)}.", "in")
            completed = set_company_type(ids, kind)
            message = "Company Type has been updated for the selected companies"
        return Response({"last_company_id": str(max(ids)), "completed_companies": completed, "message": message})
