"""Charts of numbers by day, drawn by the theme with Chart.js, and the same numbers as rows of a table."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from reports.services.daily import Day

TICKS = {"color": "#9ca3af"}


@dataclass(frozen=True)
class Chart:
    """Lines over days: data and options for Chart.js, as JSON."""

    title: str
    data: str
    options: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def lines(self) -> Sequence[str]:
        return self.headers[1:]


def chart(title: str, days: Sequence[Day], lines: Mapping[str, tuple[str, str]], *, from_zero: bool) -> Chart:
    """A line for each number of the days: by its label, its name and its color.

    The axis begins at 0 with `from_zero`, and where there is nothing but zeros; else near the least number.
    """
    labels = [date_format(day.day, "j M") for day in days]
    datasets: list[dict[str, Any]] = [
        {
            "label": label,
            "data": [getattr(day, name) for day in days],
            "borderColor": color,
            "backgroundColor": color,
        }
        for label, (name, color) in lines.items()
    ]
    rows = [[label, *(f"{line['data'][place]:,}" for line in datasets)] for place, label in enumerate(labels)]
    numbers = [number for line in datasets for number in line["data"]]
    return Chart(
        title,
        json.dumps({"labels": labels, "datasets": datasets}),
        json.dumps(chart_options(numbers, from_zero=from_zero)),
        ["Day", *lines],
        rows,
    )


def chart_options(numbers: Iterable[int], *, from_zero: bool) -> dict[str, Any]:
    """Everything that Chart.js is told: what a page names takes the place of all of the theme's options.

    An axis of whole numbers. The theme sets the color of both grids by the scheme, so both have to be there.
    """
    return {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "datasets": {"line": {"borderWidth": 2, "pointBorderWidth": 0, "pointStyle": False}},
        "plugins": {"legend": {"display": False}},
        "scales": {
            "x": {
                "border": {"width": 0},
                "ticks": TICKS | {"maxRotation": 0, "autoSkipPadding": 16},
                "grid": {"display": False},
            },
            "y": {
                "beginAtZero": from_zero or not any(numbers),
                "border": {"width": 0},
                "ticks": TICKS | {"precision": 0, "maxTicksLimit": 6},
                "grid": {"lineWidth": 1, "tickWidth": 0},
            },
        },
    }
