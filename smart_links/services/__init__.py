"""Saving smart links, following them, and their numbers."""

from smart_links.services.counting import Counts, counts_of
from smart_links.services.following import find_link, follow, lead
from smart_links.services.saving import LeadsHere, delete_links, save_link

__all__ = ["Counts", "LeadsHere", "counts_of", "delete_links", "find_link", "follow", "lead", "save_link"]
