"""The look of mails: FluentCRM's names for colours and fonts, and what they are where nobody chose."""

from collections.abc import Mapping
from typing import Any

from options.services import read_options

# The group of options that `POST /templates/set-global-style` writes.
GLOBAL_STYLE = "global_style"
FONTS = (
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif, 'Apple Color Emoji', "
    "'Segoe UI Emoji', 'Segoe UI Symbol'"
)
# As recorded in templates.json.
DEFAULT_STYLE: Mapping[str, Any] = {
    "content_width": 700,
    "content_padding": 20,
    "headings_font_family": FONTS,
    "text_color": "#202020",
    "link_color": "",
    "body_bg_color": "#FAFAFA",
    "content_bg_color": "#FFFFFF",
    "footer_text_color": "#202020",
    "content_font_family": FONTS,
    "paragraph_color": "",
    "paragraph_font_size": "",
    "paragraph_font_family": "",
    "paragraph_line_height": "",
    "headings_color": "#202020",
}
# Designs whose body is the whole document; every other one is put into this site's frame.
RAW_DESIGNS = frozenset({"raw_html", "visual_builder"})


def site_style() -> dict[str, Any]:
    """The style of a new mail: the defaults, and over them what the site chose for all. One statement."""
    return {**DEFAULT_STYLE, **read_options([GLOBAL_STYLE])[GLOBAL_STYLE]}
