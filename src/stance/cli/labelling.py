"""The work of `stance label`: articles to labelled rows, in a stream or in parts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from stance import __version__
from stance.articles import Archive, ArticleFailure, ReadOptions
from stance.cli.progress import counter
from stance.cli.writing import check_not_input
from stance.corpus.blocks import Block, Shard, cut
from stance.corpus.labelling import ModelLabeller, import_model
from stance.corpus.streams import CHUNK, LabelBlock
from stance.corpus.tally import Tally
from stance.corrector import Corrector, Used
from stance.engines import Engine, processes
from stance.errors import UsageError
from stance.files import atomic_path, is_special
from stance.output.options import WriteOptions
from stance.records import LabelledArticle

if TYPE_CHECKING:
    from stance.model import Model
    from stance.output.formats import Format

__all__ = ["PART_SIZE", "LabelSettings", "label"]

PART_SIZE = 64
"""Articles per part by default: seconds of work, which is what an interruption costs."""


@dataclass(frozen=True)
class LabelSettings:
    """What to label and how; the fields are the command's options."""

    paths: tuple[str, ...]
    output: Path | None = None
    format: str | None = None
    model: Path | None = None
    topic: str | None = None
    jobs: int = 1
    cluster: str | None = None
    shard: Shard | None = None
    time_limit: float | None = None
    part_size: int = PART_SIZE
    errors: Path | None = None
    corrections: Path | None = None
    read: ReadOptions = field(default_factory=ReadOptions)
    write: WriteOptions = field(default_factory=WriteOptions)


def label(
    settings: LabelSettings, stdin: BinaryIO, stdout: BinaryIO, tell: Callable[[str], None]
) -> list[ArticleFailure]:
    """Label articles and write them; returns those that failed, each told as it comes up.

    Everything that can be wrong with the settings is found before an article is labelled. CSV,
    JSON Lines, Parquet and SQLite are written in parts: interrupted, the same call goes on where it was.

    Raises:
        UsageError: the command cannot run as asked.
    """
    from stance.corpus.limits import end_children
    from stance.output.formats import choose_format
    from stance.topic import load_topic

    chosen = choose_format(settings.format, settings.output, settings.write)
    _check_cluster(settings, chosen)
    topic = load_topic(settings.topic) if settings.topic else None
    archive = Archive(settings.paths, settings.read, stdin)
    _check_overwrite(settings, archive)
    labeller = ModelLabeller(settings.model, topic)
    with ExitStack() as stack:
        stack.callback(end_children)
        engine = stack.enter_context(_engine(settings, labeller))
        correct = _corrector(settings, labeller.model())
        errors = stack.enter_context(atomic_path(settings.errors)) if settings.errors else None
        run = _Run(settings, chosen, archive, labeller, engine, correct, tell)
        in_parts = settings.output and chosen.join and not is_special(settings.output)
        failures = run.parts() if in_parts else run.stream(stdout)
        if errors:
            lines = (json.dumps(vars(failure), ensure_ascii=False) + "\n" for failure in failures)
            errors.write_bytes("".join(lines).encode("utf-8", "replace"))
    run.tell_end(len(failures))
    return failures


@dataclass
class _Run:
    """One run of the command: what is labelled, how, and what came of it and of the corrections."""

    settings: LabelSettings
    chosen: Format
    archive: Archive
    labeller: ModelLabeller
    engine: Engine
    correct: Corrector | None
    tell: Callable[[str], None]
    used: Used = field(default_factory=Used)
    tally: Tally = field(default_factory=Tally)
    taken: int = 0
    """Articles that an interrupted run had labelled."""

    def tell_end(self, failed: int) -> None:
        """Tell of the corrections, of what was passed over, and of what was done."""
        if self.correct:
            self.correct.used = self.used
            for line in self.correct.told():
                self.tell(line)
        for note in self.archive.notes:
            self.tell(note)
        if self.settings.output:
            self.tell(self._summary(self.settings.output, failed))

    def _summary(self, output: Path, failed: int) -> str:
        """What was done, in a line."""
        tally, notes = self.tally, []
        if self.taken:
            notes.append(f"{self.taken:,} by the run that this one goes on with")
        if tally.off_topic:
            topic = self.labeller.model().topic.name
            notes.append(
                f"{tally.off_topic:,} not about {topic}, so without stances; another story needs --topic"
            )
        told = f"{output}: {tally.articles:,} labelled" + (f" ({'; '.join(notes)})" if notes else "")
        told += f", {failed:,} failed" if failed else ""
        return f"{told}; attributions: {tally.attributions:,}"

    def stream(self, stdout: BinaryIO) -> list[ArticleFailure]:
        """Label and write as it comes; the articles that failed."""
        from stance.output.formats import write_results

        failures: list[ArticleFailure] = []
        size = 1 if self.settings.jobs == 1 else CHUNK

        def labelled() -> Iterator[LabelledArticle]:
            quiet = self.settings.output is None and self.chosen.name == "table"
            with counter(self.archive.size, quiet=quiet) as count:
                for block, done in self.engine(self._work(), self._blocks(size)):
                    self.used.add(done.used or Used())
                    for outcome in done.outcomes:
                        if isinstance(outcome, ArticleFailure):
                            failures.append(outcome)
                            self._told(outcome)
                        else:
                            self.tally += Tally.of(outcome)
                            yield outcome
                    count(len(block.items), block.position)

        write_results(self.chosen, labelled(), self.settings.output, stdout, self.settings.write)
        return failures

    def parts(self) -> list[ArticleFailure]:
        """Label and write in parts; the articles that failed, in this run or in one that it goes on with."""
        from stance.corpus.parts import PARTS, Parts, WritePart

        target = Path(os.path.abspath(self.settings.output or ""))  # noqa: PTH100  # a link stays one
        folder = target if self.settings.write.parts else target.with_name(f"{target.name}{PARTS}")
        work = WritePart(self._work(), self.chosen.name, folder, self.settings.write)
        whole = Parts(folder, self._made_with(), self.chosen, self.settings.time_limit)
        with whole.open() as parts:
            with counter(self.archive.size) as count:
                blocks = self._blocks(self.settings.part_size)
                for position, part, fresh in parts.run(self.engine, work, blocks):
                    count(part.articles, position, fresh=fresh)
                    self.used.add(part.used or Used())
                    self.tally += part.tally
                    self.taken += 0 if fresh else part.tally.articles
                    for failure in part.failures:
                        self._told(failure)
            if self.settings.write.parts:
                parts.settle()
            else:
                parts.join(target)
            return parts.failures()

    def _work(self) -> LabelBlock:
        return LabelBlock(self.labeller, self.settings.time_limit, self.correct)

    def _blocks(self, size: int) -> Iterator[Block]:
        return cut(self.archive, size, self.settings.shard, lambda: self.archive.position)

    def _told(self, failure: ArticleFailure) -> None:
        self.tell(f"{failure.article}: {failure.reason}")

    def _made_with(self) -> dict[str, object]:
        """What tells these labels from others of the same articles."""
        settings, model = self.settings, self.labeller.model()
        shard = settings.shard
        return {
            "stance": __version__,
            "model": model.digest,
            "topic": model.topic.sha256,
            "format": self.chosen.name,
            "attributions_only": settings.write.attributions_only,
            "text": settings.write.text,
            "excel": settings.write.excel,
            "corrections": self.correct.sha256 if self.correct else None,
            "shard": f"{shard.number}/{shard.count}" if shard else None,
            "part_size": settings.part_size,
        }


def _engine(settings: LabelSettings, labeller: ModelLabeller) -> AbstractContextManager[Engine]:
    """Where the work is done; processes begin at once, while this one loads its model."""
    if settings.cluster:
        from stance.corpus.cluster import cluster

        return cluster(settings.cluster, labeller, settings.jobs)
    return processes(settings.jobs, import_model)


def _corrector(settings: LabelSettings, model: Model) -> Corrector | None:
    """What applies the corrections: of the file asked for, or of the one that lies beside the output."""
    from stance.corrections import corrections_path

    beside = corrections_path(settings.output) if settings.output else None
    path = settings.corrections or (beside if beside and beside.is_file() else None)
    return Corrector.read(path, model.topic.labels) if path else None


def _check_cluster(settings: LabelSettings, chosen: Format) -> None:
    if settings.cluster:
        from stance.corpus.cluster import check_cluster

        check_cluster()
        if not (settings.output and chosen.join):
            raise UsageError(
                "--cluster writes CSV, JSON Lines, Parquet or SQLite, to a file: add  -o labels.parquet"
            )


def _check_overwrite(settings: LabelSettings, archive: Archive) -> None:
    inputs = [*map(Path, settings.paths), *archive.files]
    if settings.corrections:
        inputs.append(settings.corrections)
    check_not_input(settings.output, inputs)
    check_not_input(settings.errors, inputs, "--errors")
    if settings.errors and settings.output and settings.errors.resolve() == settings.output.resolve():
        raise UsageError(f"-o and --errors are both {settings.output}: choose two names")
