"""The pages that mails lead to: confirm, unsubscribe, preferences, the mail in the browser.

Whoever has the signed address of one needs no other credentials, so these pages have neither cookies nor scripts, and
their forms no CSRF token: there is no session that another site could use.
"""
