"""How often each stance is taken in a corpus, corrected for the model's errors.

A stratified random sample is drawn from all labelled sentences (`draw`), annotated blind, and
told apart from the model's labels (`estimate`): what the model gets wrong in the sample is what it
gets wrong in the corpus, up to an interval.
"""

from __future__ import annotations

from stance.sample.drawing import Candidate, Drawn, candidates, draw
from stance.sample.estimating import Answer, Estimate, Place, Share, difference, estimate, interval
from stance.sample.tables import Frame, Sample, read_answers, read_frame, weights_path, write_sample

__all__ = [
    "Answer",
    "Candidate",
    "Drawn",
    "Estimate",
    "Frame",
    "Place",
    "Sample",
    "Share",
    "candidates",
    "difference",
    "draw",
    "estimate",
    "interval",
    "read_answers",
    "read_frame",
    "weights_path",
    "write_sample",
]
