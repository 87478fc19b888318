"""What the forms of mails share: campaigns, templates, mails of sequences and of automations."""

from typing import Any, cast

from django import forms

from emails.design import RAW_DESIGNS

FRAMED = "With the frame and the footer of this site"
BARE = "Without a frame: the HTML above is the whole mail"
DESIGNS = [("simple", FRAMED), ("raw_html", BARE)]
PREVIEW_TEXT = "Preview text"
ABOUT_PREVIEW = "What mailboxes show behind the subject."
ABOUT_SUBJECT = "It may have codes, such as {{contact.first_name|there}}."


class DesignField(forms.ChoiceField):
    """The frame of a mail. Clients of the API may have chosen another design, which stays as it is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=DESIGNS, initial="simple", **options)

    def offer(self, design: str) -> None:
        """Let the form send a design that is not among the choices."""
        if design and design not in dict(DESIGNS):
            self.choices = [*DESIGNS, (design, f"{BARE if design in RAW_DESIGNS else FRAMED} ({design})")]


def offer_design(form: forms.BaseForm) -> None:
    """Keep the design that the form begins with."""
    cast(DesignField, form.fields["design"]).offer(form.initial.get("design") or "")
