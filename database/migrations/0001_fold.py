"""`fold` for PostgreSQL (SQLite gets it with each connection: database.apps).

Made from the same table as SQLite's, so that both fold every character alike. It may not change once
it is here, as indexes hold what it said: whoever changes the table adds a migration that makes the
function and those indexes anew.
"""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import migrations

from database.letters import BLANKS, LIGATURES, left_out, single_letters

# translate() looks through its letters one by one, so each script has its own, asked only where there is
# something for it; all others are the last.
SCRIPTS = {"Latin": (0x80, 0x24F), "Greek": (0x370, 0x3FF), "Cyrillic": (0x400, 0x45F)}
BLANKS_AND_WIDTH = ((0x00, 0x7F), (0x2000, 0x206F), (0x3000, 0x3000), (0xFF00, 0xFFEF))
# lower() would ask the database's locale; of the locale "C" it knows ASCII.
FOLD = """
CREATE OR REPLACE FUNCTION fold(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fold$
DECLARE
    folded text;
BEGIN
    IF value COLLATE "C" !~ '[^ -~]|  |^ | $' THEN
        RETURN lower(value COLLATE "C");
    END IF;
    folded := lower(regexp_replace(normalize(value, NFD), {left_out}, '', 'g') COLLATE "C");
    {translated}
    IF folded ~ {ligatures} THEN
        folded := {replaced};
    END IF;
    folded := normalize(folded, NFC);
    IF folded ~ '  |^ | $' THEN
        folded := btrim(regexp_replace(folded, '  +', ' ', 'g'), ' ');
    END IF;
    RETURN folded;
END
$fold$;
"""
TRANSLATE = """
    IF folded ~ {some} THEN
        folded := translate(folded, {letters}, {folded});
    END IF;
"""


def groups() -> Iterable[dict[str, str]]:
    """The letters that become others, those of a group together."""
    ranges = [*([span] for span in SCRIPTS.values()), BLANKS_AND_WIDTH]
    left = {letter: small for letter, small in single_letters().items() if not letter.isascii()}
    left |= dict.fromkeys(BLANKS, " ")
    for spans in ranges:
        group = {letter: left[letter] for letter in left if any(low <= ord(letter) <= high for low, high in spans)}
        left = {letter: small for letter, small in left.items() if letter not in group}
        yield group
    yield left


def quoted(text: str) -> str:
    """As a literal that shows what it holds: every character outside of ASCII and each quote by its number."""
    shown = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in "'\\" else f"\\U{ord(letter):08x}"
        for letter in text
    )
    return f"E'{shown}'"


def on_postgresql(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    translated = "".join(
        TRANSLATE.format(
            some=quoted(f"[{''.join(group)}]"),
            letters=quoted("".join(group)),
            folded=quoted("".join(group.values())),
        )
        for group in groups()
    )
    replaced = "folded"
    for letter, several in LIGATURES.items():
        replaced = f"replace({replaced}, {quoted(letter)}, {quoted(several)})"
    sql = FOLD.format(
        left_out=quoted(left_out()),
        translated=translated,
        ligatures=quoted(f"[{''.join(LIGATURES)}]"),
        replaced=replaced,
    )
    schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies: ClassVar = []
    operations: ClassVar = [migrations.RunPython(on_postgresql, migrations.RunPython.noop, elidable=False)]
