"""A client that waits for news, without a server's thread for each that does."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

# What the server offers in the WSGI environment: `wait(look, seconds)` calls `look` now and then, until it returns True
# or the time is over. None at once: nobody more may wait (fluentcrm_api.server.threads).
WAIT_FOR = "fluentcrm.wait_for"
# The same: `has_left()` is true once the client has closed its connection.
HAS_LEFT = "fluentcrm.has_left"
MAX_SECONDS = 25
# When to ask again after an answer that nobody waited for.
RETRY_SECONDS = 5


class News(Protocol):
    """A page of what is new, and the cursor after it; `more` says that the next page is there already."""

    @property
    def ids(self) -> Any: ...
    @property
    def cursor(self) -> str: ...
    @property
    def more(self) -> bool: ...


Page = TypeVar("Page", bound=News)


def read_news(request: Any, read: Callable[[str], Page], cursor: str, seconds: float) -> tuple[Page, int]:
    """The page that `read` has after the cursor; if it is empty, the one that comes within `seconds`.

    Also the seconds after which to ask again. Under a server that offers no waiting, and where as many wait as may, the empty page is returned at once, with
    the hint to ask again later. No transaction is open meanwhile.
    """
    page = read(cursor)

    def look() -> bool:
        nonlocal page
        page = read(page.cursor)
        return bool(page.ids or page.more)

    if page.ids or page.more:
        return page, 0
    wait_for = request.META.get(WAIT_FOR) if seconds > 0 else None
    waited = wait_for(look, seconds) if wait_for else None
    return page, RETRY_SECONDS if waited is None else 0
