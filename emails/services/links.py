"""The links of mailings, kept once so that a click can be counted and led where the mail pointed."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from emails.models import Link


def link_ids(wanted: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], int]:
    """The id of each link, by the mailing's id and the address; new ones are made. Three statements at most."""
    pairs = set(wanted)
    if not pairs:
        return {}
    digests = {(mailing, digest_of(url)): (mailing, url) for mailing, url in pairs}
    found = read_ids(digests)
    missing = [key for key in sorted(digests) if key not in found]
    if missing:
        # Another worker may make one just now.
        Link.objects.bulk_create(
            [Link(mailing_id=mailing, url=digests[mailing, digest][1], digest=digest) for mailing, digest in missing],
            ignore_conflicts=True,
        )
        found = read_ids(digests)
    return {digests[key]: pk for key, pk in found.items()}


def read_ids(keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    wanted = set(keys)
    links = Link.objects.filter(
        mailing__any_of=sorted({mailing for mailing, _ in wanted}),
        digest__any_of=sorted({digest for _, digest in wanted}),
    )
    found = {(mailing, digest): pk for pk, mailing, digest in links.values_list("pk", "mailing_id", "digest")}
    return {key: pk for key, pk in found.items() if key in wanted}


def digest_of(url: str) -> str:
    return sha256(url.encode()).hexdigest()
