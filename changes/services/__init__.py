"""Recording what happened, in the transaction in which it happens."""

from changes.services.deletion import ContactKeys, record_deletion
from changes.services.recording import Entry, SideStatement, record

__all__ = ["ContactKeys", "Entry", "SideStatement", "record", "record_deletion"]
