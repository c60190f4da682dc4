"""Many articles: one after the other, by several processes, or by a cluster; there is one way through.

::

    paths ─ articles.Archive ─► items ─ blocks.cut (--shard) ─► blocks of consecutive items
        ─ engines (this process | --jobs processes | --cluster) ─► each block's work, wherever it is done:
              labelling.attempt (by a child, with --time-limit) ─► corrections ─┬─► its labels      (a stream)
                                                                                └─► a file of its own (a part)
        ─► in the order of the input ─┬─ stream ─► output.formats.write_results: terminal, pages, Excel, ...
                                      └─ parts.Parts: what is done, so that the next run goes on
                                             ─► joined to OUT (CSV, JSON Lines, Parquet, SQLite), or left

Memory holds a bounded number of blocks. A block's result depends on nothing but its articles and the
model, so the same command gives the same bytes by whatever engine and after whatever interruption.
"""

from stance.corpus.blocks import Shard
from stance.corpus.labelling import ModelLabeller
from stance.corpus.streams import label_corpus

__all__ = ["ModelLabeller", "Shard", "label_corpus"]
