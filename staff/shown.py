"""Parts of pages that only show: small cards with numbers, tables, badges."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# The colors of badges, by what a status says. The theme's names.
TONES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("active", "archived", "completed", "delivered", "done", "published", "succeeded", "sent"), "success"
        ),
        **dict.fromkeys(("processing", "running", "scheduled", "sending", "waiting", "working"), "info"),
        **dict.fromkeys(("cancelled", "failing", "paused", "pending", "pending-scheduled", "unsure"), "warning"),
        **dict.fromkeys(("bounced", "disabled", "failed"), "danger"),
    }
)


def number_cards(numbers: Iterable[tuple[str, Any]]) -> SafeString:
    """Each number in a card under its name. Whole numbers get their separators."""
    shown = ((name, f"{value:,}" if isinstance(value, int) else value) for name, value in numbers)
    return format_html(
        '<dl class="number-cards">{}</dl>', format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", shown)
    )


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "None.") -> SafeString:
    """A table that scrolls by itself where a screen is narrow; the text `empty` in place of one without rows."""
    body = [format_html("<tr>{}</tr>", format_html_join("", "<td>{}</td>", ((cell,) for cell in row))) for row in rows]
    if not body:
        return format_html("<p>{}</p>", empty)
    heads = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in head))
    return format_html(
        # It takes the focus, as the arrow keys scroll it then.
        '<div class="table-scroll" tabindex="0" role="region" aria-label="{}">'
        '<table class="plain-table"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        ", ".join(head),
        heads,
        format_html_join("", "{}", ((row,) for row in body)),
    )


def badge(status: str, text: str = "") -> SafeString:
    """A status in its color."""
    shown = render_to_string("unfold/helpers/label.html", {"text": text or status, "type": TONES.get(status, "")})
    return SafeString(shown.strip())


def copyable(text: str) -> SafeString:
    """An address or a secret, with a button that copies it."""
    return format_html(
        '<span class="copyable" x-data="copyable"><code x-ref="text">{}</code> '
        '<button type="button" class="page-button" x-on:click="copy" x-text="label">Copy</button></span>',
        text,
    )


def preformatted(text: str) -> SafeString:
    """Text with its lines and blanks as they are, in lines that end where the screen does."""
    return format_html('<pre class="pre-wrap">{}</pre>', text)
