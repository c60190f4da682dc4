"""Who speaks in a news article, and what they do to the allegation: confirm, deny or hedge."""

from __future__ import annotations

__version__ = "0.1.0"
