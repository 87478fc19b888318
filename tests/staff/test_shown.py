"""Parts of the admin's pages that only show."""

from staff.shown import badge, copyable, number_cards, preformatted, table


def test_a_table_escapes_what_is_in_it() -> None:
    shown = table(("<Name>",), [("<b>",), (preformatted("<i>"),)])
    assert '<th scope="col">&lt;Name&gt;</th>' in shown
    assert '<tr><td>&lt;b&gt;</td></tr><tr><td><pre class="pre-wrap">&lt;i&gt;</pre></td></tr>' in shown
    assert table(("Name",), []) == "<p>None.</p>"


def test_the_other_parts_escape_too() -> None:
    assert "<dt>sent &lt;b&gt;</dt><dd>1,234</dd>" in number_cards([("sent <b>", 1234)])
    assert '<code x-ref="text">&lt;b&gt;</code>' in copyable("<b>")
    assert "&lt;b&gt;" in badge("failed", "<b>")
