"""`fold`: the form in which texts are compared. The rule is the same on both databases.

A folded text is normalised and lower-cased, without accents, with one space for each run of white space and
none at its ends (docs/decisions/0011-fold.md has the rules and the reasons). The database compares all texts
with it. Python never does, except that SQLite has no language of its own for functions: it calls `fold` below,
and nothing else does.

Both functions are made from the tables below and from Unicode's normal forms, which never change for existing
characters. So neither a locale nor a version of Python or PostgreSQL changes a folded text.
"""

import re
from collections.abc import Iterator
from typing import Any
from unicodedata import combining, normalize

# Capitals and other forms of a letter by Unicode's case folding, as ranges of code points: `391-3a1>3b1`
# is Α to Ρ; `/2` is every second one.
CASES = """
    41-5a>61 b5>3bc c6>e6 d0>f0 d8>f8 de>fe 110>111 126>127 132>133 13f-141/2>140 14a>14b 152>153 166>167 17f>73
    181>253 182-184/2>183 186>254 187>188 189-18a>256 18b>18c 18e>1dd 18f>259 190>25b 191>192 193>260 194>263 196>269
    197>268 198>199 19c>26f 19d>272 19f>275 1a2-1a4/2>1a3 1a6>280 1a7>1a8 1a9>283 1ac>1ad 1ae>288 1b1-1b2>28a
    1b3-1b5/2>1b4 1b7>292 1b8>1b9 1bc>1bd 1c4>1c6 1c5>1c6 1c7>1c9 1c8>1c9 1ca>1cc 1cb>1cc 1e4>1e5 1f1>1f3 1f2>1f3
    1f6>195 1f7>1bf 21c>21d 220>19e 222-224/2>223 23a>2c65 23b>23c 23d>19a 23e>2c66 241>242 243>180 244>289 245>28c
    246-24e/2>247 370-372/2>371 376>377 37f>3f3 391-3a1>3b1 3a3-3a9>3c3 3c2>3c3 3cf>3d7 3d0>3b2 3d1>3b8 3d5>3c6
    3d6>3c0 3d8-3ee/2>3d9 3f0>3ba 3f1>3c1 3f4>3b8 3f5>3b5 3f7>3f8 3f9>3f2 3fa>3fb 3fd-3ff>37b 402-404/2>452
    405-406>455 408-40b>458 40f>45f 410-418>430 41a-42f>43a 460-474/2>461 478-480/2>479 48a-4be/2>48b 4c0>4cf
    4c3-4cd/2>4c4 4d4>4d5 4d8>4d9 4e0>4e1 4e8>4e9 4f6>4f7 4fa-52e/2>4fb 531-556>561 10a0-10c5>2d00 10c7>2d27 10cd>2d2d
    13f8-13fd>13f0 1c80>432 1c81>434 1c82>43e 1c83-1c84>441 1c85>442 1c86>44a 1c87>463 1c88>a64b 1c90-1cba>10d0
    1cbd-1cbf>10fd 1e9e>df 1efa-1efe/2>1efb 2132>214e 2160-216f>2170 2183>2184 24b6-24cf>24d0 2c00-2c2f>2c30 2c60>2c61
    2c62>26b 2c63>1d7d 2c64>27d 2c67-2c6b/2>2c68 2c6d>251 2c6e>271 2c6f>250 2c70>252 2c72>2c73 2c75>2c76
    2c7e-2c7f>23f 2c80-2ce2/2>2c81 2ceb-2ced/2>2cec 2cf2>2cf3 a640-a66c/2>a641 a680-a69a/2>a681 a722-a72e/2>a723
    a732-a76e/2>a733 a779-a77b/2>a77a a77d>1d79 a77e-a786/2>a77f a78b>a78c a78d>265 a790-a792/2>a791 a796-a7a8/2>a797
    a7aa>266 a7ab>25c a7ac>261 a7ad>26c a7ae>26a a7b0>29e a7b1>287 a7b2>29d a7b3>ab53 a7b4-a7c2/2>a7b5 a7c4>a794
    a7c5>282 a7c6>1d8e a7c7-a7c9/2>a7c8 a7d0>a7d1 a7d6-a7d8/2>a7d7 a7f5>a7f6 ab70-abbf>13a0 10400-10427>10428
    104b0-104d3>104d8 10570-1057a>10597 1057c-1058a>105a3 1058c-10592>105b3 10594-10595>105bb 10c80-10cb2>10cc0
    118a0-118bf>118c0 16e40-16e5f>16e60 1e900-1e921>1e922
"""
# Letters that Unicode does not decompose: those with a stroke, and the dotless i.
STROKES = dict(zip("øđħłŧı", "odhlti", strict=True))
# Full-width and half-width letters of Japanese keyboards.
WIDE = (0xFF01, 0xFF5E, 0x21)
HALF_WIDTH = (
    0xFF66,
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309a",
)
# Letters that become several letters; only lower-case ones, as upper-case ones are replaced before.
LIGATURES = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ĳ": "ij", "ŉ": "ʼn", "ẚ": "aʾ", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi",
    "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "և": "եւ", "ﬓ": "մն", "ﬔ": "մե", "ﬕ": "մի", "ﬖ": "վն", "ﬗ": "մխ",
}  # fmt: skip
# All kinds of white space; each becomes a space.
BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
# Characters that are removed, as ranges. Accents of Latin, Greek and Cyrillic; the vowel points of Hebrew and
# Arabic, which are rarely written. (The marks of other scripts are letters: ガ is not カ.)
ACCENTS = (
    "300-36f 483-489 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-61a 64b-65f 670 6d6-6dc 6df-6e4 6e7-6e8 6ea-6ed "
    "1ab0-1aff 1dc0-1dff 20d0-20ff 2de0-2dff a66f a674-a67d a69e-a69f fe20-fe2f"
)
# Invisible characters: the soft hyphen, direction marks, joiners and variation selectors.
UNSEEN = "ad 61c 180b-180e 200b-200f 202a-202e 2060-2064 2066-2069 fe00-fe0f feff e0100-e01ef"


# The length up to which a text may be all marks, and the number of marks in a row in longer texts.
SHORT = 1000
MARKS = 64


def ranges(text: str) -> Iterator[tuple[int, int]]:
    for part in text.split():
        first, _, last = part.partition("-")
        yield int(first, 16), int(last or first, 16)


def single_letters() -> dict[str, str]:
    """Characters with the one that replaces them: capitals, letters with a stroke, wide and narrow letters."""
    letters = {}
    for part in CASES.split():
        span, _, target = part.partition(">")
        span, _, step = span.partition("/")
        [(first, last)] = ranges(span)
        for code in range(first, last + 1, int(step or 1)):
            letters[chr(code)] = chr(int(target, 16) + code - first)
    first, last, target_code = WIDE
    for code in range(first, last + 1):
        plain = chr(target_code + code - first)
        letters[chr(code)] = letters.get(plain, plain)
    letters |= {chr(HALF_WIDTH[0] + place): letter for place, letter in enumerate(HALF_WIDTH[1])}
    return {letter: STROKES.get(folded, folded) for letter, folded in letters.items()} | STROKES


def left_out() -> str:
    """The characters that are removed, as a regular expression for both Python and PostgreSQL."""
    return "[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges(f"{ACCENTS} {UNSEEN}")) + "]+"


LEFT_OUT = re.compile(left_out())
TABLE = str.maketrans(
    {letter: LIGATURES.get(folded, folded) for letter, folded in single_letters().items()}
    | LIGATURES
    | dict.fromkeys(BLANKS, " ")
)


def fold(value: Any) -> Any:
    """SQLite's function `fold`. A value that is not a text is returned unchanged."""
    if not isinstance(value, str):
        return value
    if value.isascii():
        # In ASCII, str.split splits at the same white space as BLANKS.
        return " ".join(value.lower().split())
    folded = LEFT_OUT.sub("", normalize("NFD", value)).translate(TABLE)
    return " ".join(part for part in normalize("NFC", folded).split(" ") if part)


def composed(text: str) -> str:
    """A text as it is stored and sent to `fold`: in the normal form NFC. Linear time.

    Sorting combining marks takes quadratic time, so after MARKS in a row, which no language has, the rest is removed.
    """
    if text.isascii():
        return text
    if len(text) > SHORT:
        kept, marks = [], 0
        for letter in text:
            marks = marks + 1 if combining(letter) else 0
            if marks <= MARKS:
                kept.append(letter)
        text = "".join(kept)
    return normalize("NFC", text)
