"""What staff do all day, with a mouse and a keyboard, on a list of 100,000 contacts. One file, as the browser and its site start once."""

import base64
import json
import re
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.request import Request, urlopen

from tests.browser.chromium import Visitor
from tests.browser.conftest import Site
from tests.browser.data import CONTACTS, PASSWORD, USER

LIST = "/admin/subscribers/subscriber/"


def choose(page: Any, action: str) -> None:
    """Choose an action on the selected rows."""
    page.locator("select[name=action]").select_option(label=action)


def pick(page: Any, label: str, text: str) -> None:
    """Search for a row in a field that has a search in it, and take the first that is found."""
    page.locator(f".select2-selection[aria-label^='{label}']").click()
    page.locator(".select2-search__field").last.fill(text)
    page.get_by_role("option", name=text).first.click()


def select(page: Any, number: int) -> None:
    for row in range(number):
        page.locator("#result_list input[name=_selected_action]").nth(row).check()


def test_it_signs_in_and_out(window: Callable[..., Visitor]) -> None:
    visitor = window()
    visitor.sign_in(USER, PASSWORD)
    page = visitor.page
    assert page.locator("#nav-sidebar").is_visible()
    page.locator("#nav-sidebar").get_by_text(USER, exact=True).click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("Logged out").first.wait_for()


def test_it_finds_a_contact_among_100_000_and_reads_it(olga: Visitor) -> None:
    page = olga.visit(LIST)
    box = page.locator("input[name=q]").first
    box.fill("copy77.grace.hopper1@")
    box.press("Enter")
    page.wait_for_url("**?*q=copy77*")
    rows = page.locator("#result_list a", has_text="copy77.grace.hopper1@example.com")
    assert rows.count() == 1
    rows.click()
    page.wait_for_url(re.compile(r"/subscriber/\d+/change/"))
    assert page.locator(".contact-name h2").inner_text() == "Grace Hopper"
    assert page.locator(".contact-name").get_by_text("copy77.grace.hopper1@example.com").is_visible()


def test_a_search_shows_its_page_first_and_then_how_many_it_finds(olga: Visitor) -> None:
    page = olga.visit(f"{LIST}?q=grace")
    page.get_by_text(re.compile(r"^12,500 contacts$")).first.wait_for()
    assert not page.locator("#count-rows").is_visible()
    assert page.locator(".count-cancel").count() == 0
    page.get_by_role("link", name="last page").click()
    page.wait_for_url("**?*p=250&*")
    page.locator("#result_list tbody tr").nth(49).wait_for()
    assert "12,500 contacts" in page.locator("body").inner_text()


def test_whoever_cancels_the_count_keeps_the_page_and_may_ask_again(olga: Visitor) -> None:
    page = olga.page
    # Not answered: so the button is there for as long as it takes to press it.
    page.route("**/count/**", lambda _: None)
    page.goto(f"{LIST}?q=grace", wait_until="domcontentloaded")
    page.get_by_text("more than 50 contacts, counting…").wait_for()
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_text("more than 50 contacts", exact=True).last.wait_for()
    page.unroute("**/count/**")
    page.get_by_role("link", name="count", exact=True).click()
    page.get_by_text("The list has 12,500 contacts.").wait_for()


def test_ctrl_k_finds_one_too(olga: Visitor) -> None:
    page = olga.visit("/admin/")
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Type to search").press_sequentially("copy78.grace.hopper1@")
    page.locator("#command-results a", has_text="copy78.grace.hopper1@example.com").click()
    page.get_by_text("copy78.grace.hopper1@example.com").first.wait_for()


def test_it_tags_three_selected_contacts(olga: Visitor) -> None:
    page = olga.visit(f"{LIST}?q=frances.allen6@")
    select(page, 3)
    choose(page, "Attach the tag")
    page.get_by_role("button", name="Run").click()
    pick(page, "Tag", "Press")
    page.get_by_role("button", name="Yes, continue").click()
    page.get_by_text("3 contacts").first.wait_for()
    assert page.locator("#result_list tr", has_text="Press").count() == 3


def test_it_asks_before_it_changes_the_status_of_all_that_are_found(olga: Visitor) -> None:
    page = olga.visit(f"{LIST}?q=linus.")
    on_page = page.locator("#result_list input[name=_selected_action]").count()
    page.locator("#action-toggle").check()
    page.locator(".question a").click()
    choose(page, "Change the status")
    page.get_by_role("button", name="Run").click()
    number = int(re.sub(r"\D", "", page.locator("#content strong").first.inner_text()))
    assert on_page < number < CONTACTS
    assert olga.barriers() == []
    page.get_by_role("link", name="No, take me back").click()
    page.wait_for_url("**?q=linus.*")


def test_it_changes_the_status_of_all_that_are_found(olga: Visitor) -> None:
    # The copies of one contact: more than a page has.
    page = olga.visit(f"{LIST}?q=linus.berg7@")
    page.locator("#action-toggle").check()
    page.locator(".question a").click()
    choose(page, "Change the status")
    page.get_by_role("button", name="Run").click()
    question = page.locator("#content")
    assert "100 contacts" in question.inner_text()
    question.locator("select[name=status]").select_option("unsubscribed")
    page.get_by_role("button", name="Yes, continue").click()
    page.wait_for_url("**?q=linus.berg7@*")
    page.get_by_text("100 contacts").first.wait_for()
    olga.visit(f"{LIST}?q=linus.berg7@&status=unsubscribed")
    page.get_by_text("100 contacts").first.wait_for()


def test_it_builds_an_or_filter_and_keeps_it_as_a_segment(olga: Visitor) -> None:
    page = olga.visit(f"{LIST}conditions/")
    for place, city in enumerate(("Berlin", "Oslo")):
        if place:
            page.get_by_role("button", name="+ or").click()
        group = page.locator("fieldset.conditions-group").nth(place)
        group.wait_for()
        if not group.locator(".condition").count():
            group.get_by_role("button", name="+ and").click()
        group.get_by_label("Field").select_option(label="City")
        group.get_by_label("Value").first.fill(city)
    page.get_by_role("button", name="Count").click()
    page.locator("#conditions-count", has_text=re.compile(r"\d")).wait_for()
    # Two of seven cities.
    assert re.sub(r"\D", "", page.locator("#conditions-count").inner_text()) == "28600"
    page.get_by_label("Title of the segment").fill("Berlin or Oslo")
    page.get_by_role("button", name="Save as segment").click()
    page.wait_for_url("**/subscriber/?*")
    olga.visit("/admin/dynamic_segments/dynamicsegment/")
    assert page.locator("#result_list a", has_text="Berlin or Oslo").first.is_visible()


def test_it_edits_a_segment_on_its_own_page(olga: Visitor) -> None:
    page = olga.visit("/admin/dynamic_segments/dynamicsegment/add/")
    page.locator("input[name=title]").fill("Read their mail in Oslo")
    box = page.locator("textarea[name=filters]")
    assert not box.is_visible()
    page.get_by_label("Field").select_option(label="City")
    page.get_by_label("Value").fill("Oslo")
    page.get_by_role("button", name="Count").click()
    number = page.locator("#conditions-count", has_text=re.compile(r"^[\d,]+ contacts$"))
    number.wait_for()
    in_oslo = number.inner_text()
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url("**/change/**")
    page.get_by_role("link", name=in_oslo).wait_for()
    kept = box.input_value()
    assert page.get_by_label("Value").input_value() == "Oslo"
    page.get_by_role("button", name="+ and").click()
    page.get_by_label("Field").nth(1).select_option(label="Last open of a mail")
    page.get_by_label("Number of days").fill("7")
    assert box.input_value() != kept
    page.get_by_label("Take this condition away").nth(1).click()
    assert box.input_value() == kept
    page.get_by_role("button", name="+ and").click()
    page.get_by_label("Operator").nth(1).select_option(label="is none of")
    page.get_by_label("Search by title").press_sequentially("Trial")
    page.locator(".condition-found button", has_text="Trial").click()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    fewer = page.get_by_role("link", name=re.compile(r"^[\d,]+ contacts$")).inner_text()
    assert 0 < as_number(fewer) < as_number(in_oslo)
    assert olga.barriers() == []


def as_number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_a_campaign_goes_to_those_who_meet_conditions(olga: Visitor) -> None:
    page = olga.visit("/admin/campaigns/campaign/add/")
    page.get_by_role("button", name="+ condition").click()
    page.get_by_label("Field").select_option(label="City")
    page.get_by_label("Value").fill("Porto")
    page.locator("output", has_text=re.compile(r"^[1-9][\d,]+$")).wait_for()


def test_it_writes_a_mail_and_sends_a_test(olga: Visitor, running: Site) -> None:
    page = olga.visit("/admin/emails/template/add/")
    page.get_by_label("Title").fill("Autumn")
    page.get_by_label("Subject").fill("Leaves for {{contact.first_name|a friend}}")
    page.get_by_label("Body").fill("<p>Hello {{contact.first_name|friend}}, <em>leaves</em>.</p>")
    # What is not saved yet is seen beside the form.
    page.get_by_role("button", name="Show what is written now").click()
    page.frame_locator("iframe[name=preview]").get_by_text("Hello friend, leaves.").wait_for()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was added successfully").wait_for()
    page.frame_locator("iframe[name=preview]").get_by_text("Hello friend, leaves.").wait_for()
    page.get_by_role("button", name="Send a test to me").click()
    page.get_by_text("A test was sent to olga@example.com.").wait_for()
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in running.mails.glob("*.eml")]
    [mail] = [mail for mail in mails if "Leaves for a friend" in mail["Subject"]]
    assert mail["To"].addresses[0].addr_spec == "olga@example.com"
    written = mail.get_body(("html",))
    assert written
    assert "Hello friend, <em>leaves</em>." in written.get_content()


def test_it_adds_a_note_with_the_editor(olga: Visitor, running: Site) -> None:
    secret = make_password(olga, "Notes")
    page = olga.visit(running.rows["contact"])
    page.get_by_text("Add a note").click()
    form = page.locator(".contact-note form")
    form.get_by_label("Type").select_option(label="Call")
    form.get_by_label("Title").fill("Asked for a price")
    # It is an editor from when its script has come.
    form.locator("trix-editor[contenteditable]").click()
    page.keyboard.type("Wants three")
    # Nobody types so fast: the editor draws what was typed before it knows what is selected.
    page.wait_for_function("document.querySelector('trix-editor').value.includes('three')")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.wait_for_function("String(getSelection()) === 'three'")
    form.get_by_title("Bold").click()
    form.locator("trix-editor strong").wait_for()
    page.get_by_role("button", name="Add the note").click()
    page.get_by_text("The note was added.").first.wait_for()
    added = page.locator(".contact-item", has_text="Asked for a price").first
    assert added.locator(".contact-body strong").inner_text() == "three"
    assert added.locator(".contact-facts").inner_text().endswith(f"by {USER}")
    contact = running.rows["contact"].split("/")[-3]
    notes = ask(running.address, secret, f"subscribers/{contact}/notes")["notes"]["data"]
    [note] = [note for note in notes if note["title"] == "Asked for a price"]
    assert note["type"] == "call"
    assert "Wants <strong>three</strong>" in note["description"]


def make_password(visitor: Visitor, name: str) -> str:
    """A new application password, as the page shows it once."""
    page = visitor.visit("/admin/accounts/applicationpassword/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state("networkidle")
    secret = re.search(r"(?:\b\w{4} ){5}\w{4}\b", page.locator("body").inner_text())
    assert secret
    return secret[0]


def ask(site: str, secret: str, path: str) -> Any:
    """What the API answers."""
    basic = base64.b64encode(f"{USER}:{secret}".encode()).decode()
    request = Request(f"{site}/wp-json/fluent-crm/v2/{path}", headers={"Authorization": f"Basic {basic}"})  # noqa: S310
    with urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


def test_it_makes_a_password_that_opens_the_api(olga: Visitor, site: str) -> None:
    secret = make_password(olga, "Shop")
    assert ask(site, secret, "tags")["tags"]["total"] >= 1
    found = ask(site, secret, "subscribers?search=copy79.grace.hopper1@example.com")["subscribers"]
    assert [contact["first_name"] for contact in found["data"]] == ["Grace"]


def test_the_front_page_has_the_numbers(olga: Visitor) -> None:
    page = olga.visit("/admin/")
    tile = page.locator(".front-tile", has_text="Contacts").first
    assert int(re.sub(r"\D", "", tile.locator("strong").inner_text())) >= CONTACTS
    page.locator(".front-periods a", has_text="90 days").click()
    page.locator(".front-periods a[aria-current]", has_text="90 days").wait_for()
    page.locator(".front-tile", has_text="Subscribed").first.click()
    page.wait_for_url(f"**{LIST}?*")


def test_a_chart_of_nothing_but_zeros_begins_at_zero(olga: Visitor) -> None:
    page = olga.visit("/admin/")
    axes = page.evaluate(
        """() => [...document.querySelectorAll("canvas.chart")].map((canvas) => {
            const chart = Chart.getChart(canvas);
            const labels = chart.scales.y.ticks.map((tick) => tick.label);
            for (const line of chart.data.datasets) line.data = line.data.map(() => 0);
            chart.options.scales.y.beginAtZero = true;
            chart.update();
            return [labels, chart.scales.y.ticks.map((tick) => tick.label)];
        })"""
    )
    assert len(axes) == 2
    for labels, of_zeros in axes:
        assert all(re.fullmatch(r"[\d,]+", label) for label in labels)
        assert of_zeros == ["0", "1"]


def test_it_works_on_a_phone(staff: Callable[..., Visitor], running: Site) -> None:
    visitor = staff(width=390, has_touch=True)
    page = visitor.visit("/admin/")
    menu = page.locator("#nav-sidebar")
    assert not menu.is_visible()
    page.get_by_role("button", name="Menu").last.tap()
    menu.get_by_role("link", name="Contacts").first.tap()
    page.wait_for_url(f"**{LIST}")
    assert visitor.sideways() == 0
    visitor.visit(running.rows["contact"])
    page.get_by_role("link", name="Activity", exact=True).tap()
    page.locator(".contact-item").first.wait_for()
    assert visitor.sideways() == 0
