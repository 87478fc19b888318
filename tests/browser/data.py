"""What the site of these tests holds, made by its own process: `python manage.py shell -c`. The pictures show it too."""

CONTACTS = 100_000
USER, PASSWORD = "olga", "Kept by Olga alone"
# Contacts that are made through the services. The others are copies of them, by one statement.
DRAWN = 1000
MAKE = f"""
from datetime import time
from automations.models import Automation
from automations.services.mails import MAIL_BLOCK, MailDraft, save_flow
from django.contrib.auth.models import User
from campaigns.models import Recurring
from campaigns.selection import EVERYBODY
from campaigns.services.recurring import make_run, save_recurring
from campaigns.services.writing import new_mail_settings
from emails.models import Template
from segments.models import ContactList, Tag
from subscribers.services import Draft, create_contacts

FIRST = "Ada Grace Alan Edsger Barbara Donald Frances Linus".split()
LAST = "Lovelace Hopper Turing Dijkstra Liskov Knuth Allen Berg Noether".split()
CITIES = "London Berlin Paris Oslo Vienna Porto Turin".split()
STATUSES = ["subscribed"] * 7 + ["pending", "unsubscribed", "bounced"]

User.objects.create_superuser("{USER}", "olga@example.com", "{PASSWORD}")
tags = [Tag.objects.create(title=title, slug=title.lower()).pk for title in ("Customer", "Webinar", "Trial", "Press")]
lists = [ContactList.objects.create(title=title, slug=title.lower()).pk for title in ("Newsletter", "Partners")]
create_contacts([
    Draft(
        {{
            "email": f"{{FIRST[n % 8].lower()}}.{{LAST[n % 9].lower()}}{{n}}@example.com",
            "first_name": FIRST[n % 8], "last_name": LAST[n % 9], "city": CITIES[n % 7], "country": "GB",
            "phone": f"+44 20 7946 {{n:04d}}", "status": STATUSES[n % 10],
        }},
        tags=[tags[n % 4]],
        lists=[lists[n % 2]],
    )
    for n in range({DRAWN})
])
recurring = Recurring(
    title="Monday news", subject="News", body="<p>What is new.</p>", settings=new_mail_settings(), status="active",
    frequency="weekly", day="mon", time=time(9), recipients=dict(EVERYBODY),
)
save_recurring(recurring)
make_run(recurring)
Template.objects.create(title="Spring", subject="Hello {{{{contact.first_name|friend}}}}", body="<p>Flowers.</p>")
automation = Automation.objects.create(title="Welcome", trigger_name="fluent_crm/contact_created")
words = {{"subject": "Welcome, {{{{contact.first_name|friend}}}}", "body": "<p>Good to have you here.</p>"}}
mail = {{"action_name": MAIL_BLOCK, "title": "Say hello", "settings": {{}}}}
save_flow(automation, [MailDraft(mail, mail=words)], None)
"""
COPY = f"""
from django.db import connection
from subscribers.models import Subscriber

own = {{"id", "hash", "email", "search_text"}}
columns = ", ".join(field.column for field in Subscriber._meta.concrete_fields if field.column not in own)
numbers = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)"
with connection.cursor() as cursor:
    cursor.execute(
        f'''{{numbers}} INSERT INTO subscribers_subscriber (hash, email, {{columns}})
        SELECT substr(hash, 1, 24) || n, 'copy' || n || '.' || email, {{columns}}
        FROM subscribers_subscriber CROSS JOIN numbers''',
        [{CONTACTS} // {DRAWN} - 1],
    )
"""  # noqa: S608 - of constants
# A row of each kind; writes the addresses of their pages as JSON.
SHOW = """
import json

from tests.browser.showcase import make

print(json.dumps(make()))
"""
