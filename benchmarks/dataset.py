"""The contacts that are measured, the same every time: made by set statements in a few seconds."""

from django.db import connection

from custom_fields.models import CustomField
from custom_fields.services import replace_definitions
from segments.models import ContactList, Tag

TAGS = 30
LISTS = 6
# Tag 1 is on two contacts of five, the last tag on one of two thousand; each contact has up to two of the others.
COMMON_TAG, RARE_TAG = 1, TAGS
FIRST_NAMES = "Ada Ben Chloe David Emma Farid Grace Hugo Ines Jonas Kim Lena Maria Noah Olga Pavel Rosa Sam".split()
LAST_NAMES = "Smith Jones Garcia Mueller Rossi Novak Silva Khan Chen Dubois Larsen Kowalski Brown Weber Sato".split()
CITIES = "London Berlin Paris Madrid Rome Vienna Prague Lisbon Dublin Oslo Warsaw Boston Austin Denver".split()
CUSTOM_FIELDS = {
    "company_name": "text",
    "job_title": "text",
    "score": "number",
    "plan": "select-one",
    "interests": "checkbox",
    "renews_on": "date",
}

CONTACTS = """
INSERT INTO subscribers_subscriber (
    hash, prefix, first_name, last_name, email, timezone, address_line_1, postal_code, city, state, country, ip,
    latitude, longitude, total_points, life_time_value, phone, status, contact_type, source, date_of_birth,
    created_at, last_activity, custom_values
)
SELECT md5('contact ' || n), (ARRAY['Mr', 'Mrs', NULL])[1 + n %% 3], first, last,
    lower(first || '.' || last || '.' || n || '@mail' || n %% 40 || '.example.com'), 'Europe/London',
    n %% 300 || ' ' || last || ' Street', lpad((n %% 100000)::text, 5, '0'), city, city || ' County',
    (ARRAY['GB', 'DE', 'US', 'FR', 'ES'])[1 + n %% 5], '10.' || n %% 251 || '.' || n %% 241 || '.' || n %% 239,
    n %% 180 - 90 + 0.12345678, n %% 360 - 180 + 0.12345678, 0, 0, '+44 20 ' || lpad((n * 7 %% 10000000)::text, 7, '0'),
    (ARRAY['pending', 'unsubscribed', 'bounced'] || array_fill('subscribed'::text, ARRAY[17]))[1 + n %% 20],
    (ARRAY['lead', 'customer'])[1 + n %% 2], (ARRAY['web', 'import', 'api'])[1 + n %% 3],
    date '1950-01-01' + n %% 18000, made_at, made_at,
    jsonb_build_object(
        'company_name', last || ' & Co ' || n %% 100, 'job_title', 'Manager of ' || city, 'score', n %% 1000,
        'plan', (ARRAY['Free', 'Silver', 'Gold'])[1 + n %% 3],
        'interests', jsonb_build_array('golf', 'chess'), 'renews_on', (date '2026-01-01' + n %% 365)::text
    )
FROM (
    SELECT n, (%s::text[])[1 + n %% %s] AS first, (%s::text[])[1 + n / 7 %% %s] AS last, (%s::text[])[1 + n / 11 %% %s] AS city,
        timestamptz '2024-01-01 00:00:00+00' + n::bigint * 7919 %% 1000003 * interval '1 minute' AS made_at
    FROM generate_series(1, %s) n
) AS drawn
"""
TAGGED = """
INSERT INTO subscribers_subscribertag (subscriber_id, tag_id, created_at)
SELECT id, tag, now() FROM subscribers_subscriber
CROSS JOIN LATERAL (VALUES
    (CASE WHEN id %% 5 < 2 THEN 1 END), (CASE WHEN id %% 2000 = 0 THEN %(tags)s END),
    (2 + id %% (%(tags)s - 2)), (2 + id / 3 %% (%(tags)s - 2))
) AS chosen (tag) WHERE tag IS NOT NULL ON CONFLICT DO NOTHING
"""
LISTED = """
INSERT INTO subscribers_subscriberlist (subscriber_id, list_id, created_at)
SELECT id, list, now() FROM subscribers_subscriber
CROSS JOIN LATERAL (VALUES (1 + id %% %(lists)s), (CASE WHEN id %% 4 = 0 THEN 1 + id / 4 %% %(lists)s END)) AS chosen (list)
WHERE list IS NOT NULL ON CONFLICT DO NOTHING
"""


def make_dataset(contacts: int) -> None:
    """Fill an empty, migrated PostgreSQL database with contacts, tags, lists and custom values."""
    replace_definitions([CustomField(slug=slug, label=slug, type=kind) for slug, kind in CUSTOM_FIELDS.items()])
    Tag.objects.bulk_create([Tag(title=f"Tag {number}", slug=f"tag-{number}") for number in range(1, TAGS + 1)])
    ContactList.objects.bulk_create(
        [ContactList(title=f"List {number}", slug=f"list-{number}") for number in range(1, LISTS + 1)]
    )
    names = [part for names in (FIRST_NAMES, LAST_NAMES, CITIES) for part in (names, len(names))]
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS, [*names, contacts])
        cursor.execute(TAGGED, {"tags": TAGS})
        cursor.execute(LISTED, {"lists": LISTS})
    tidy()


def tidy() -> None:
    """Statistics for the planner, and the rows known to be visible, as autovacuum leaves them in time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
