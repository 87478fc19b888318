"""The addresses of smart links: `{SITE_URL}/go/{short}`, and FluentCRM's form of it."""

from urllib.parse import parse_qs, urlsplit

from django.conf import settings

ROOT = "/go/"
# FluentCRM's word for these links, in `/?fluentcrm=1&route=smart_url&slug={short}`.
ROUTE = "smart_url"
MAX_SHORT = 32


def address_of(short: str) -> str:
    """The short form."""
    return f"{settings.SITE_URL}{ROOT}{short}"


def old_address_of(short: str) -> str:
    """FluentCRM's form, which its clients expect."""
    return f"{settings.SITE_URL}/?fluentcrm=1&route={ROUTE}&slug={short}"


def short_of(url: str) -> str:
    """The name of the smart link that a URL is an address of; empty for any other URL. Nothing is looked up."""
    site = settings.SITE_URL
    try:
        parts, home = urlsplit(url.strip()), urlsplit(site)
        if (parts.scheme.lower(), parts.netloc.lower()) != (home.scheme.lower(), home.netloc.lower()):
            return ""
        path = parts.path.removeprefix(home.path)
        if path.startswith(ROOT):
            return is_short(path.removeprefix(ROOT).strip("/"))
        query = parse_qs(parts.query)
    except ValueError:
        return ""
    if path.strip("/") in ("", "index.php") and "fluentcrm" in query and query.get("route") == [ROUTE]:
        return is_short(query.get("slug", [""])[0])
    return ""


def is_short(text: str) -> str:
    """The text if a link may be named so, else nothing."""
    return text if text.isascii() and text.isalnum() and len(text) <= MAX_SHORT else ""
