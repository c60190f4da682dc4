"""Text in one field of a line: backslashes for what would end the field or the line."""

from __future__ import annotations

import re

__all__ = ["escape", "unescape"]

_SIGNS = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_MEANT = {written: sign for sign, written in _SIGNS.items()}


def escape(text: str) -> str:
    """Text without line ends and tabs."""
    return re.sub(r"[\\\n\r\t]", lambda match: _SIGNS[match[0]], text)


def unescape(text: str) -> str:
    """What `escape` was given; a backslash before any other sign stays."""
    return re.sub(r"\\.", lambda match: _MEANT.get(match[0], match[0]), text)
