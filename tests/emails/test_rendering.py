"""A mailing and its codes, made into messages."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from emails.codes import SMARTCODES, Code, Context, split_codes
from emails.design import DEFAULT_STYLE
from emails.models import Kind, Mailing
from emails.rendering import Compiled, Rendered
from emails.settings import FOOTER, EmailSettings

SITE = EmailSettings(
    from_name="",
    from_email="",
    reply_to_name="",
    reply_to_email="",
    emails_per_second=0,
    email_footer=FOOTER,
    business_name="Shop & Co",
    business_address="1 High St",
    admin_email="boss@example.com",
    site_url="https://crm.example.com",
)
ADA = {"first_name": "Ada", "full_name": "Ada Lovelace", "email": "ada+x@example.com", "city": None, "id": 7}


def context(contact: Any = ADA, **custom_values: Any) -> Context:
    return Context(contact, custom_values, SITE, lambda purpose: f"https://crm.example.com/{purpose}?a=1&b=2")


def render(body: str, subject: str = "", of: Context | None = None, **columns: Any) -> Rendered:
    """A message of a body that is a whole document, with no clicks counted."""
    mailing = Mailing(**{"subject": subject, "body": body, "design": "raw_html"} | columns)
    return Compiled(mailing, SITE, DEFAULT_STYLE).render(of or context(), {}, "")


def html_of(body: str, of: Context | None = None) -> str:
    """What is inside of the HTML's body."""
    return render(body, of=of).html.partition("<body>")[2].partition("</body>")[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{contact.first_name}}", "Ada"),
        ("{{ contact.first_name }}", "Ada"),
        ("{{contact.first_name|there}}", "Ada"),
        ("{{contact.city|your town}}", "your town"),
        ("{{contact.city}}", ""),
        ("{{contact.hash|x}}", "x"),
        ("{{contact.custom.size}}", "XL"),
        ("{{contact.custom.colours}}", "red, blue"),
        ("{{contact.custom.none|plain}}", "plain"),
        ("{{unknown.code|x}}", "x"),
        ("{{unknown}}", ""),
        ("{{crm.business_name}}, {{crm.business_address}}", "Shop & Co, 1 High St"),
        ("{{wp.admin_email}} ##wp.url##", "boss@example.com https://crm.example.com"),
        ("{{other.date.+2 days}}", "2026-02-02"),
        ("{{other.date.-1 week}}", "2026-01-24"),
        ("{{other.date.+99999 years|never}}", "never"),
        ("{{other.date.soon}}", ""),
        ("{{other.date_format.D, d M, Y}}", "Sat, 31 Jan, 2026"),
        ("{{other.latest_post.title|none}}", "none"),
        ("##web_preview_url##", "https://crm.example.com/view?a=1&b=2"),
        ("#activate_link#", "https://crm.example.com/confirm?a=1&b=2"),
        ("{ {contact.first_name} } #1 ## {{}} {{{contact.id}}}", "{ {contact.first_name} } #1 ## {{}} {7}"),
    ],
)
def test_a_code_becomes_its_value(text: str, shown: str) -> None:
    with time_machine.travel(datetime(2026, 1, 31, 12, tzinfo=UTC), tick=False):
        of = context(size="XL", colours=["red", "blue"])
        assert render("x", text, of).subject == " ".join(shown.split())
        assert html_of(f"<p>{text}</p>", of) == f"<p>{shown.replace('&', '&amp;')}</p>"


@pytest.mark.parametrize("code", [code for group in SMARTCODES for code in group["shortcodes"]])
def test_every_code_that_is_offered_is_read(code: str) -> None:
    [piece] = split_codes(code)
    assert isinstance(piece, Code)
    assert code not in html_of(f"<p>{code}</p>")


def test_values_are_escaped_in_html_and_nowhere_else() -> None:
    of = context({"first_name": "<b>\"A\" & 'B'</b>"})
    rendered = render("<p title='{{contact.first_name}}'>{{contact.first_name}}</p>", "{{contact.first_name}}", of)
    escaped = "&lt;b&gt;&quot;A&quot; &amp; &#x27;B&#x27;&lt;/b&gt;"
    assert f'<p title="{escaped}">{escaped}</p>' in rendered.html
    assert rendered.subject == "<b>\"A\" & 'B'</b>"
    assert rendered.text == "<b>\"A\" & 'B'</b>\n"


def test_a_value_never_becomes_a_code() -> None:
    of = context({"first_name": "{{contact.email}}##crm.unsubscribe_url##", "email": "secret"})
    rendered = render("<p>{{contact.first_name}}</p>", "{{contact.first_name}}", of)
    assert "secret" not in rendered.html + rendered.text + rendered.subject


def test_a_default_is_the_text_that_an_editor_wrote_as_html() -> None:
    assert html_of("<p>{{contact.city|you &amp; me}}</p>") == "<p>you &amp; me</p>"
    assert render("<p>{{contact.city|you &amp; me}}</p>").text == "you & me\n"


def test_links_out_of_codes_are_links_in_both_parts() -> None:
    rendered = render("<p>{{crm.unsubscribe_html|Bye & <b>}} {{crm.activate_button|Yes, add me}}</p>")
    assert '<a href="https://crm.example.com/unsubscribe?a=1&amp;b=2">Bye &amp; &lt;b&gt;</a>' in rendered.html
    assert ">Yes, add me</a>" in rendered.html
    assert "[Bye & <b>](https://crm.example.com/unsubscribe?a=1&b=2)" in rendered.text


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("https://shop.example.com/a?b=1&amp;c=2", "https://shop.example.com/a?b=1&c=2"),
        ("https://shop.example.com/?e={{contact.email}}", "https://shop.example.com/?e=ada%2Bx%40example.com"),
        ("https://shop.example.com/{{contact.custom.path}}", "https://shop.example.com/a%20%2F%3F%22%3E%23"),
        ("##crm.unsubscribe_url##", "https://crm.example.com/unsubscribe?a=1&b=2"),
        ("http://##crm.unsubscribe_url##", "https://crm.example.com/unsubscribe?a=1&b=2"),
        ("{{crm.manage_subscription_url}}", "https://crm.example.com/manage?a=1&b=2"),
        ("{{contact.custom.site}}", "https://ada.example.com/"),
        ("{{contact.custom.evil}}", ""),
        ("mailto:{{wp.admin_email}}", "mailto:boss%40example.com"),
        ("#top", "#top"),
    ],
)
def test_codes_in_addresses(href: str, url: str) -> None:
    of = context(path='a /?">#', site="https://ada.example.com/", evil="javascript:alert(1)")
    rendered = render(f'<p><a href="{href}">x</a></p>', of=of)
    assert f'<a href="{url.replace("&", "&amp;")}">x</a>' in rendered.html
    assert f"[x]({url})" in rendered.text


@pytest.mark.parametrize(
    ("href", "counted"),
    [
        ("https://shop.example.com", True),
        ("https://shop.example.com/{{contact.id}}", True),
        ("https://{{contact.custom.host}}/", False),
        ("https://shop.{{contact.custom.host}}/", False),
        ("{{contact.custom.site}}", False),
        ("##crm.unsubscribe_url##", False),
        ("mailto:a@example.com", False),
        ("tel:1", False),
        ("#top", False),
    ],
)
def test_only_clicks_to_a_site_that_the_mail_names_are_counted(href: str, counted: bool) -> None:
    mailing = Mailing(body=f'<a href="{href}">x</a>', design="raw_html")
    compiled = Compiled(mailing, SITE, DEFAULT_STYLE)
    assert bool(compiled.counted) is counted
    shown = compiled.render(context(), dict.fromkeys(compiled.counted, "https://crm.example.com/click"), "")
    assert ('href="https://crm.example.com/click"' in shown.html) is counted
    assert "https://crm.example.com/click" not in shown.text


def test_styles_are_on_the_elements_and_what_only_some_mailboxes_know_stays() -> None:
    body = "<style>p { color: red } @media (max-width: 600px) { p { color: blue } }</style><p>x</p>"
    rendered = render(body).html
    assert '<p style="color: red;">x</p>' in rendered
    assert "@media (max-width: 600px)" in rendered
    assert "{ color: red }" not in rendered


def test_nothing_is_fetched_for_a_mail() -> None:
    body = (
        '<link rel="stylesheet" href="http://192.0.2.1/x.css"><style>@import url(http://192.0.2.1/y.css);</style><p>x'
    )
    assert "<p>x</p>" in render(body).html


def test_the_frame_has_pre_header_footer_and_the_mailing_s_own_style() -> None:
    mailing = Mailing(
        body="<p>Hi</p>",
        pre_header="Look {{contact.first_name}} <b>",
        settings={"template_config": {"body_bg_color": "#123456", "text_color": "red; } </style><script>"}},
    )
    html = Compiled(mailing, SITE, DEFAULT_STYLE).render(context(), {}, "https://crm.example.com/open").html
    assert "Look Ada &lt;b&gt;</div>" in html
    assert "background-color: #123456" in html
    assert "<script>" not in html
    assert "Shop &amp; Co<br>1 High St" in html
    assert 'href="https://crm.example.com/unsubscribe?a=1&amp;b=2"' in html
    assert (
        html.split()[-8:]
        == (
            '<img src="https://crm.example.com/open" width="1" height="1" alt="" style="border: 0;"> </body></html>'
        ).split()
    )


def test_a_whole_document_gets_its_pre_header_and_no_frame() -> None:
    body = "<!DOCTYPE html><html><head><title>T</title></head><body>a<p>b</p></body></html>"
    rendered = render(body, pre_header="Look {{contact.first_name}} <b>")
    assert '<title>T</title></head><body><div style="display: none;">Look Ada &lt;b&gt;</div>a<p>b</p>' in rendered.html
    assert "Look" not in rendered.text
    assert "High St" not in rendered.html


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({}, True),
        ({"settings": {"footer_settings": {"custom_footer": "yes", "footer_content": "Own"}}}, False),
        ({"kind": Kind.DOUBLE_OPTIN}, False),
    ],
)
def test_the_site_s_footer_gives_way(columns: dict[str, Any], shown: bool) -> None:
    assert ("1 High St" in render("<p>x</p>", design="simple", **columns).html) is shown


@pytest.mark.parametrize("body", ["", " ", "<!-- x -->", "text", "<html></html>", "<?xml version='1.0'?>", "😀"])
def test_anything_is_a_body(body: str) -> None:
    assert render(body).html.startswith("<!DOCTYPE html><html>")


def test_a_subject_is_one_line() -> None:
    assert render("x", "a\r\nBcc: b\u2028{{contact.first_name}}\x00 \t👩‍👧").subject == "a Bcc: b Ada 👩‍👧"
    assert len(render("x", "x" * 5000).subject) == 900


HOSTILE = {
    "open elements": "<b>",
    "open divisions": "<div>",
    "open tables": "<table>",
    "half a code": "{{",
    "half a code with a default": "{{a|",
    "half an address": "##a",
    "brackets": "<",
    "comments": "<!--",
    "links": "<a><font>",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_takes_linear_time(body: str) -> None:
    """Ten times as much takes far less than the hundred times that a square would take."""

    def seconds(size: int) -> float:
        text = body * (size // len(body))
        start = time.process_time()
        render(text, text[:500])
        return time.process_time() - start

    seconds(1000)
    small, large = (min(seconds(size) for _ in range(3)) for size in (25_000, 250_000))
    assert large < 40 * max(small, 0.001)
