"""A contact's page in the admin: who it is, what happened to it, and what staff do with it in place."""
