"""What a labelled article leaves as: rows, tables, pages.

`rows` has the contract's rows, `formats` the table of formats and the one function that writes.
"""
