"""Annotations in the formats of other tools, both ways: one entry in `FORMATS` for each."""

from stance.formats.registry import FORMATS, choose_input, choose_output, read_annotated, write_annotated
from stance.formats.values import Format, FormatOptions, Reading

__all__ = [
    "FORMATS",
    "Format",
    "FormatOptions",
    "Reading",
    "choose_input",
    "choose_output",
    "read_annotated",
    "write_annotated",
]
