"""The production server: waitress in several processes, and what keeps them running (docs/decisions/0009)."""
