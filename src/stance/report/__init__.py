"""The held-out report: a table for the terminal, `metrics.json` and one self-contained page.

The plots need matplotlib (the extra `report`); the terminal's tables need nothing.
"""

from __future__ import annotations

from stance.report.page import require_plots, write
from stance.report.text import terminal

__all__ = ["require_plots", "terminal", "write"]
