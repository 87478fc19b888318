"""`fold` for PostgreSQL (SQLite gets it with each connection: database.apps).

Made from the same table as SQLite's, so that both fold every character alike. It may not change once
it is here, as indexes hold what it said: whoever changes the table adds a migration that makes the
function and those indexes anew.
"""

from typing import Any, ClassVar

from django.db import migrations

from database.letters import BLANKS, LIGATURES, left_out, single_letters

# translate() looks through its letters one by one: the most frequent ones first, though they stay as
# they are. lower() would ask the database's locale; of the locale "C" it knows ASCII.
FREQUENT = "abcdefghijklmnopqrstuvwxyz 0123456789.@-"
FOLD = """
CREATE FUNCTION fold(value text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $fold$
DECLARE
    folded text;
BEGIN
    IF value COLLATE "C" !~ '[^ -~]|  |^ | $' THEN
        RETURN lower(value COLLATE "C");
    END IF;
    folded := regexp_replace(normalize(value, NFD), {left_out}, '', 'g');
    folded := translate(folded, {letters}, {folded});
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
    letters = dict.fromkeys(BLANKS, " ") | single_letters()
    replaced = "folded"
    for letter, several in LIGATURES.items():
        replaced = f"replace({replaced}, {quoted(letter)}, {quoted(several)})"
    schema_editor.execute(
        FOLD.format(
            left_out=quoted(left_out()),
            letters=quoted(FREQUENT + "".join(letters)),
            folded=quoted(FREQUENT + "".join(letters.values())),
            ligatures=quoted("[" + "".join(LIGATURES) + "]"),
            replaced=replaced,
        ),
        params=None,
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = []
    operations: ClassVar = [migrations.RunPython(on_postgresql, migrations.RunPython.noop, elidable=False)]
