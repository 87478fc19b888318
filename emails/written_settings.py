"""What a mailing's own `settings` say: its sender, who may get it, the subjects that are tried, words for its links.

They are JSON as a client of the API sent it, so whatever has another form counts as nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from emails.consent import MAY_GET
from emails.models import Kind, Mailing, Written
from emails.settings import EmailSettings

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
SENDER = ("from_name", "from_email", "reply_to_name", "reply_to_email")


@dataclass(frozen=True)
class Subject:
    """One of several subjects: messages get it in proportion to the weight."""

    id: int
    text: str
    weight: float


def statuses_of(kind: str, mailing: Written) -> frozenset[str]:
    """The statuses of contacts who may get a message of that kind: those of transactional mail where a campaign is."""
    is_transactional = kind == Kind.CAMPAIGN and mailing.settings.get("is_transactional") == "yes"
    return MAY_GET[Kind.TRANSACTIONAL if is_transactional else kind]


def sender_of(mailing: Mailing, site: EmailSettings) -> dict[str, str]:
    """The names and addresses in From and Reply-To: the mailing's own where it has some, else the site's."""
    own = mailing.settings.get("mailer_settings")
    chosen = own if isinstance(own, Mapping) and own.get("is_custom") == "yes" else {}
    sender = {name: str(getattr(site, name)) for name in SENDER}
    for address, name in (("from_email", "from_name"), ("reply_to_email", "reply_to_name")):
        if own_name := text_of(chosen.get(name)):
            sender[name] = own_name
        if own_address := text_of(chosen.get(address)):
            sender[address] = own_address
    return sender


def subjects_of(mailing: Mailing) -> list[Subject]:
    """The subjects that are tried, `[{"id": 1, "key": weight, "value": subject}]`; none where there is one alone."""
    written = mailing.settings.get("subjects")
    subjects = []
    for row in written if isinstance(written, list) else []:
        if isinstance(row, Mapping) and (text := text_of(row.get("value"))):
            pk, weight = number_of(row.get("id")), number_of(row.get("key"))
            if pk > 0 and weight > 0:
                subjects.append(Subject(int(pk), text, weight))
    return subjects


def choose(subjects: list[Subject], name: str) -> Subject:
    """The subject of a message by its name (32 hexadecimal digits): the same whenever it is asked."""
    place = int(name[:8], 16) / 16**8 * sum(subject.weight for subject in subjects)
    for subject in subjects:
        place -= subject.weight
        if place < 0:
            return subject
    return subjects[-1]


def utm_of(mailing: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that the links of a mailing get, out of its settings: none unless `utm_status` is 1."""
    if str(mailing.get("utm_status")) not in ("1", "True"):
        return {}
    return {name: text for name in UTM if (text := text_of(mailing.get(name)))}


def with_utm(url: str, parameters: Mapping[str, str]) -> str:
    """The address with these parameters, except those that it has already."""
    if not parameters or not url.startswith(("http://", "https://")):
        return url
    page, number_sign, fragment = url.partition("#")
    query = page.partition("?")[2]
    present = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in parameters.items() if name not in present})
    if not added:
        return url
    between = ("" if page.endswith(("?", "&")) else "&") if "?" in page else "?"
    return f"{page}{between}{added}{number_sign}{fragment}"


def text_of(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def number_of(value: Any) -> float:
    """0 for what is no number, or too large for one."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return 0
    return number if 0 <= number < 2**53 else 0
