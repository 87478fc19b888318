"""Recording what happened, in the transaction in which it happens."""

from changes.services.deletion import record_deletion
from changes.services.recording import Entry, SideStatement, record

__all__ = ["Entry", "SideStatement", "record", "record_deletion"]
