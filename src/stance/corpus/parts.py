"""An output in parts, each written whole or not at all, so that an interrupted run goes on where it was.

::

    labels.parquet/ (or, until they are joined, labels.parquet.parts/)
        _manifest.json     what makes the labels (model, topic, options); when all is done, the parts too
        _done/000000.json  a part that is written: its articles, its failures; the file comes after the part
        part-000000.parquet
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from stance.articles import ArticleFailure, id_of
from stance.corpus.blocks import Block
from stance.corpus.limits import ran_out
from stance.corpus.streams import LabelBlock
from stance.corpus.tally import Tally
from stance.corrector import Used
from stance.engines import Engine
from stance.errors import UsageError
from stance.files import atomic_path, atomic_write, locked_folder
from stance.inputs import PARTS_MANIFEST
from stance.output.formats import FORMATS, Format, write_results
from stance.output.options import WriteOptions
from stance.records import LabelledArticle

__all__ = ["PARTS", "Part", "Parts", "WritePart"]

PARTS = ".parts"
"""What the folder of an output's parts has behind the output's name until they are joined."""

SCHEMA = 1
DONE = "_done"
# As with the manifest: what reads a folder as one Parquet table passes over an underscore.


@dataclass(frozen=True)
class Part:
    """A part that is written: its file, how long it is, of which articles, which of them failed, what was
    found in the others.
    """

    number: int
    file: str
    bytes: int
    articles: int
    digest: str
    failures: tuple[ArticleFailure, ...] = ()
    used: Used | None = None
    tally: Tally = field(default_factory=Tally)

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        told = asdict(self) | {"used": self.used and self.used.to_json()}
        return {name: value for name, value in told.items() if value not in (None, ())}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Back from `to_json`."""
        failures = tuple(ArticleFailure(**each) for each in told.get("failures", ()))
        used = Used.from_json(told["used"]) if "used" in told else None
        tally = Tally(**told.get("tally", {}))
        return cls(**{**told, "failures": failures, "used": used, "tally": tally})


@dataclass(frozen=True)
class WritePart:
    """Labels a block and writes its part into `folder`, which all that work on it see. Picklable."""

    label: LabelBlock
    format: str
    folder: Path
    options: WriteOptions

    def __call__(self, block: Block) -> Part:
        """The part, of which a record lies beside it.

        Raises:
            UsageError: the model does not load, or the part cannot be written.
        """
        chosen = FORMATS[self.format]
        target = self.folder / f"part-{block.number:06}{chosen.endings[0]}"
        failures: list[ArticleFailure] = []
        tally = Tally()

        def labelled() -> Iterator[LabelledArticle]:
            nonlocal tally
            for outcome in self.label.outcomes(block):
                if isinstance(outcome, ArticleFailure):
                    failures.append(outcome)
                else:
                    tally += Tally.of(outcome)
                    yield outcome

        write_results(chosen, labelled(), target, None, self.options)
        used = self.label.correct.take_used() if self.label.correct else None
        part = Part(
            block.number,
            target.name,
            target.stat().st_size,
            len(block.items),
            block.digest,
            tuple(failures),
            used,
            tally,
        )
        _write_json(self.folder / DONE / f"{block.number:06}.json", part.to_json())
        return part


@dataclass
class Parts:
    """The parts of one output in `folder`; `made_with` is what the labels depend on besides the articles.

    A part with an article that took longer than another `time_limit` than this one is written anew.
    """

    folder: Path
    made_with: Mapping[str, object]
    format: Format
    time_limit: float | None = None
    _written: dict[int, Part] = field(default_factory=dict)

    @contextmanager
    def open(self) -> Iterator[Self]:
        """Begin an output, or go on with one, while no other process does.

        Raises:
            UsageError: the folder holds something else, or labels made with something else, or
                another process is at it, or it cannot be written.
        """
        begun = self.folder.exists()
        try:
            self.folder.mkdir(exist_ok=True)
            with locked_folder(self.folder):
                self._take_up()
                try:
                    yield self
                except BaseException:
                    if not begun and not any((self.folder / DONE).iterdir()):  # nothing to go on with
                        shutil.rmtree(self.folder, ignore_errors=True)
                    raise
        except OSError as error:
            told, output = error.strerror or error, str(self.folder).removesuffix(PARTS)
            raise UsageError(f"{output}: cannot write here ({told}); choose another place") from error

    def run(
        self, engine: Engine, work: WritePart, blocks: Iterable[Block]
    ) -> Iterator[tuple[int, Part, bool]]:
        """Every part, the position of its block, and whether it was written just now; what lies there comes
        as it passes.

        Raises:
            UsageError: the articles are not those that the output was begun with.
        """
        known: list[tuple[int, Part]] = []  # no block: an archive of them does not fit into memory
        count = 0

        def missing() -> Iterator[Block]:
            nonlocal count
            for block in blocks:
                count += 1
                part = self._known(block)
                if part is None:
                    yield block
                else:
                    known.append((block.position, part))

        for fresh, part in engine(work, missing()):
            yield from ((position, old, False) for position, old in known)
            known.clear()
            self._written[part.number] = part
            yield fresh.position, part, True
        yield from ((position, old, False) for position, old in known)
        if len(self._written) > count:
            raise self._other_inputs("there are fewer articles now")

    def join(self, target: Path) -> None:
        """Make one file of the parts, and remove them."""
        assert self.format.join is not None  # a format in parts has it
        with atomic_path(target) as temporary:
            self.format.join(self._files(), temporary)
        shutil.rmtree(self.folder, ignore_errors=True)

    def settle(self) -> None:
        """Leave the parts as they are, alike in their columns, and list them in the manifest."""
        if self.format.settle:
            self.format.settle(self._files())
        parts = [
            replace(part, bytes=path.stat().st_size)
            for part, path in zip(self._ordered(), self._files(), strict=True)
        ]
        self._write_manifest(complete=True, parts=[part.to_json() for part in parts])
        shutil.rmtree(self.folder / DONE, ignore_errors=True)

    def failures(self) -> list[ArticleFailure]:
        """The articles of all parts that failed, in their order."""
        return [failure for part in self._ordered() for failure in part.failures]

    def _ordered(self) -> list[Part]:
        return [self._written[number] for number in sorted(self._written)]

    def _files(self) -> list[Path]:
        return [self.folder / part.file for part in self._ordered()]

    def _known(self, block: Block) -> Part | None:
        part = self._written.get(block.number)
        if part and part.digest != block.digest:
            raise self._other_inputs(f"see article {id_of(block.items[0])} and those after it")
        return part

    def _other_inputs(self, told: str) -> UsageError:
        return UsageError(
            f"{self.folder} was begun with other articles ({told}): give the same, or choose another -o"
        )

    def _take_up(self) -> None:
        manifest = self.folder / PARTS_MANIFEST
        parts: list[dict[str, Any]] = []
        if manifest.exists():
            told = _read_json(manifest)
            made_with, parts = told.get("made_with", {}), told.get("parts", [])
            if not (isinstance(made_with, dict) and isinstance(parts, list)):
                raise UsageError(f"{manifest} is no manifest of ours: delete {self.folder} to begin anew")
            self._check_made_with(made_with)
        elif any(self.folder.iterdir()):
            raise UsageError(f"{self.folder} is a folder that holds something else: choose another -o")
        else:
            self._write_manifest(complete=False)
        (self.folder / DONE).mkdir(exist_ok=True)
        for path in self.folder.rglob(".*.tmp"):  # half of what a killed process wrote
            path.unlink(missing_ok=True)
        parts += [_read_json(path) for path in sorted((self.folder / DONE).glob("*.json"))]
        for part in map(self._part, parts):
            if any(ran_out(failure, self.time_limit) for failure in part.failures):
                continue
            with suppress(OSError):
                if (self.folder / part.file).stat().st_size == part.bytes:
                    self._written[part.number] = part

    def _part(self, told: Mapping[str, Any]) -> Part:
        try:
            return Part.from_json(told)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            raise UsageError(
                f"{self.folder} holds a record that is of no part ({error}): delete the folder to begin anew"
            ) from error

    def _check_made_with(self, told: Mapping[str, object]) -> None:
        for name in {**self.made_with, **told}:
            then, now = told.get(name), self.made_with.get(name)
            if then != now:
                raise UsageError(
                    f"{self.folder} was begun with another {name.replace('_', ' ')}"
                    f" ({then}, now {now}): choose another -o, or delete the folder to begin anew"
                )

    def _write_manifest(self, *, complete: bool, parts: list[dict[str, Any]] | None = None) -> None:
        told = {"schema": SCHEMA, "made_with": dict(self.made_with), "complete": complete}
        _write_json(self.folder / PARTS_MANIFEST, told if parts is None else {**told, "parts": parts})


def _read_json(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON ({error}): delete {path.parent} to begin anew") from error
    if not isinstance(told, dict):
        raise UsageError(f"{path} is no JSON object: delete {path.parent} to begin anew")
    return told


def _write_json(path: Path, told: object) -> None:
    atomic_write(path, json.dumps(told, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
