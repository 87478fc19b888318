"""Cleans HTML: what a rich text editor writes stays, everything that could run is removed."""

import re

import nh3

from database.letters import composed
from rest.text import CONTROLS

MAX_LENGTH = 65_535
# Parsing takes quadratic time in the number of unclosed elements: a quarter of a second for this many.
MAX_ELEMENTS = 2_000
ELEMENT = re.compile(r"<[a-zA-Z]")

TAGS = set(
    "a abbr b blockquote br caption cite code col colgroup del div em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins "
    "kbd li mark ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr u ul".split()
)
ATTRIBUTES = {
    "*": {"style", "title"},
    "a": {"href", "target"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# Styles that an editor sets. None of them loads a picture or moves text over the rest of the page.
STYLES = {"background-color", "color", "font-style", "font-weight", "padding-left", "text-align", "text-decoration"}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style"},
    attributes=ATTRIBUTES,
    filter_style_properties=STYLES,
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel="noopener noreferrer",
)


class TooLarge(Exception):
    """More than MAX_LENGTH characters, before or after cleaning, or more than MAX_ELEMENTS elements."""


def clean_html(html: str) -> str:
    """The HTML without scripts, styles and their text, event attributes and addresses that run code.

    Other tags that an editor does not write are removed, but their text stays. Clean HTML is not changed.
    Raises TooLarge.
    """
    if len(html) > MAX_LENGTH or len(ELEMENT.findall(html)) > MAX_ELEMENTS:
        raise TooLarge
    cleaned = CLEANER.clean(composed(CONTROLS.sub("", html))).strip()
    if len(cleaned) > MAX_LENGTH:
        raise TooLarge
    return cleaned
