"""rest.rich_text.clean_html: what of a description stays."""

import time

import pytest

from rest.rich_text import MAX_ELEMENTS, MAX_LENGTH, TooLarge, clean_html

REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        ("a<script>alert(1)</script>b", "ab"),
        ("a<style>p {color: red}</style>b", "ab"),
        ("a<ScRiPt src=//x>alert(1)</sCrIpT >b", "ab"),
        ("<svg><script>alert(1)</script></svg>b", "b"),
        ("<b onclick='x()' onmouseover=x()>b</b>", "<b>b</b>"),
        ("<img src=x onerror=alert(1)>", '<img src="x">'),
        ('<img src="data:image/svg+xml,x">', "<img>"),
        ('<a href="javascript:alert(1)">a</a>', f"<a {REL}>a</a>"),
        ('<a href=" JaVa&#9;Script:alert(1)">a</a>', f"<a {REL}>a</a>"),
        ('<a href="vbscript:x">a</a><a href="data:text/html,x">b</a>', f"<a {REL}>a</a><a {REL}>b</a>"),
        ('<a rel="opener" href="https://example.com">a</a>', f'<a href="https://example.com" {REL}>a</a>'),
        ("<iframe src=x></iframe><object data=x></object><form><input>f</form>", "f"),
        ("<!-- c -->b", "b"),
        ('<p style="position: fixed; background: url(//x); text-align: center">p</p>', '<p style="text-align:center">p</p>'),
        ("<p>open", "<p>open</p>"),
        ("Tom & Jerry <3", "Tom &amp; Jerry &lt;3"),
        ("\x00<b>b</b>\x07\x1f", "<b>b</b>"),
        ("<script>alert(1)", ""),
        ("  <p>p</p>\n", "<p>p</p>"),
    ],
)  # fmt: skip
def test_it_drops_what_runs_and_keeps_the_rest(html: str, cleaned: str) -> None:
    assert clean_html(html) == cleaned
    assert clean_html(cleaned) == cleaned


@pytest.mark.parametrize(
    "html",
    [
        "<h2>Heading</h2><p>A <strong>bold</strong>, <em>slanted</em>, <u>underlined</u>, <s>struck</s> word<br>next</p>",
        "<ul><li>one</li></ul><ol start=\"3\"><li>three</li></ol><blockquote>said</blockquote><pre><code>x</code></pre>",
        "<table><thead><tr><th>h</th></tr></thead><tbody><tr><td colspan=\"2\">d</td></tr></tbody></table><hr>",
        '<p style="padding-left:40px;text-align:right"><span style="color:#ff0000">red</span></p>',
        f'<p><a href="https://example.com/?a=1&amp;b=2" target="_blank" {REL}>link</a></p>',
        f'<a href="mailto:ada@example.com" {REL}>mail</a> <a href="tel:+15550101" {REL}>call</a>',
        '<img src="https://example.com/a.png" alt="A" width="10" height="10">',
        "plain text,\nin two lines; 日本語 and Łódź",
    ],
)  # fmt: skip
def test_it_keeps_what_an_editor_writes_as_it_is(html: str) -> None:
    assert clean_html(html) == html


def test_it_takes_texts_up_to_its_limits() -> None:
    assert len(clean_html("x" * MAX_LENGTH)) == MAX_LENGTH
    assert clean_html("<br>" * MAX_ELEMENTS) == "<br>" * MAX_ELEMENTS


@pytest.mark.parametrize(
    "html",
    [
        "x" * (MAX_LENGTH + 1),
        "<br>" * (MAX_ELEMENTS + 1),
        "&" * MAX_LENGTH,
        # Each paragraph opens all the bold texts before it anew.
        "".join(f"<b title={number}><p>" for number in range(MAX_ELEMENTS // 2)),
    ],
    ids=["characters", "elements", "characters once cleaned", "elements that multiply"],
)
def test_it_refuses_what_is_too_large_before_it_takes_long(html: str) -> None:
    started = time.process_time()
    with pytest.raises(TooLarge):
        clean_html(html)
    assert time.process_time() - started < 5
