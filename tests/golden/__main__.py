"""Write the golden file anew, on purpose."""

from stance.files import atomic_write
from tests.golden import GOLDEN, seeds_as_labelled

atomic_write(GOLDEN, seeds_as_labelled())
