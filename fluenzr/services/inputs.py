"""A contact as it was sent, the same with ids instead of names, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import EllipsisType
from typing import Any

from subscribers.services import Draft


@dataclass(frozen=True)
class ContactInput:
    """A contact as it was sent. A field that was not sent is None; the stage is `...`."""

    columns: Mapping[str, Any]
    stage: str | EllipsisType | None = ...  # a slug
    company: str | None = None  # a name; "" for no company
    group_ids: list[int] | None = None
    tags: list[str] | None = None
    custom_fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a contact, by field. `missing` if all errors are unknown ids."""

    details: Mapping[str, Sequence[str]]
    missing: bool = False

    @property
    def message(self) -> str:
        return next(messages[0] for messages in self.details.values())


class Refused(Exception):
    """The only contact of a request is wrong."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


@dataclass(frozen=True)
class ResolvedContact:
    """A contact with ids instead of names."""

    draft: Draft
    company: int | None
