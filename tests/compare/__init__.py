"""Replays the recordings of FluentCRM against this server: `python -m tests.compare --help`."""
