"""Where a link of a mailing points, with the codes in it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from emails.codes import ADDRESSES, Code, Context, Piece, value_of

# What a link that a value makes up may start with.
SCHEMES = ("http://", "https://", "mailto:", "tel:")


@dataclass(frozen=True)
class Reference:
    """The address of a link, with its codes."""

    pieces: tuple[Piece, ...]

    @cached_property
    def is_own(self) -> bool:
        """Whether it is one of this server's own addresses (##crm.unsubscribe_url##), which are not counted."""
        return any(isinstance(piece, Code) and piece.name in ADDRESSES for piece in self.pieces)

    @property
    def is_counted(self) -> bool:
        """Whether clicks are counted: where the mail itself says the site, not a value in it."""
        first = self.pieces[0] if self.pieces else ""
        return (
            isinstance(first, str)
            and first.startswith(("http://", "https://"))
            and (len(self.pieces) == 1 or "/" in first.partition("://")[2])
            and not self.is_own
        )

    def url(self, context: Context) -> str:
        """The whole address. Values in it are quoted; one that stands at its start may be an address itself."""
        if self.is_own:
            return "".join(value_of(piece, context) for piece in self.pieces if isinstance(piece, Code))
        texts = [
            piece
            if isinstance(piece, str)
            else (quote(value_of(piece, context), safe="") if place else value_of(piece, context))
            for place, piece in enumerate(self.pieces)
        ]
        url = "".join("".join(texts).split())
        if self.pieces and isinstance(self.pieces[0], Code) and not url.lower().startswith(SCHEMES):
            return ""
        return url
