"""Annotations in the formats of other tools, both ways: one entry in `FORMATS` for each."""

from stance.formats.registry import FORMATS, choose_input, choose_output, read_articles, write_articles
from stance.formats.values import Format, Reading, ReadOptions

__all__ = [
    "FORMATS",
    "Format",
    "ReadOptions",
    "Reading",
    "choose_input",
    "choose_output",
    "read_articles",
    "write_articles",
]
