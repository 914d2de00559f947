"""Composition of the knowledge base: a folder in, searches out, the index kept up behind them."""

from __future__ import annotations

import sqlite3
import threading
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from engine.clock import Clock, SystemClock
from engine.errors import PeakError, UnavailableError
from engine.records import Record
from knowledge import retriever
from knowledge.corpus import CORPUS, ORIGIN, load_corpus
from knowledge.database import Database
from knowledge.dense import fit_id_of, refit
from knowledge.dense_search import DenseSearch
from knowledge.documents import Document, Filter, Hit, Tier
from knowledge.embedding import Embedder, OfflineEmbedder
from knowledge.generations import Generations
from knowledge.indexer import DEBOUNCE_S, Indexer
from knowledge.passages import PassageStore
from knowledge.vectors import VectorStore

ALL_TIERS: Final[tuple[Tier, ...]] = ("house", "reviewed", "uploaded")
_PATIENCE: Final = 3


class KnowledgeStatus(Record):
    """Health of the knowledge base; amber after three failed builds, and it still answers."""

    passages: int
    dense: Literal["index", "exact"]
    generation_id: str | None
    degraded: int
    failed_builds: int
    light: Literal["green", "amber"]


class Knowledge:
    """Documents to search; safe for threads, to be closed by whoever opened it."""

    def __init__(
        self, database: Database, clock: Clock, embedder: Embedder, generations: Generations
    ) -> None:
        """Put the parts together; nothing runs in the background until `start`."""
        self._database = database
        self._store = PassageStore(database, clock)
        self._shelf = VectorStore(database)
        self._embedder = embedder
        self._generations = generations
        self._indexer: Indexer | None = None
        self._rebuilding = threading.Lock()
        self._failed = 0
        self._dense = DenseSearch(self._store, self._shelf, embedder, self._request)

    def search(
        self,
        query: str,
        *,
        as_of: date,
        limit: int = 5,
        tiers: tuple[Tier, ...] = ALL_TIERS,
        names: tuple[str, ...] = (),
    ) -> tuple[Hit, ...]:
        """The best passages for a question, best first, of documents known on `as_of`.

        Args:
            query: the question; best the user's last three turns.
            as_of: nothing dated later is found.
            limit: how many passages, 1 to 50.
            tiers: how far the documents must be trusted.
            names: only these documents, if any are named.

        Raises:
            InputError: KNOWLEDGE_LIMIT.
        """
        limits = Filter(as_of=as_of, tiers=tiers, names=names)
        return retriever.search(self._store, self._dense, query, limits, limit)

    def add(self, document: Document) -> bool:
        """Add a document; it is found at once. False when it is there already."""
        added = self._store.add(document)
        if added:
            self._request()
        return added

    def replace_collection(self, origin: str, documents: tuple[Document, ...]) -> bool:
        """Make `documents` the whole content of a collection; True when anything changed."""
        changed = self._store.replace_collection(origin, documents)
        if changed:
            self._request()
        return changed

    def status(self) -> KnowledgeStatus:
        """Health in figures."""
        generation = self._dense.generation
        return KnowledgeStatus(
            passages=len(self._dense.view().passages),
            dense="exact" if generation is None else "index",
            generation_id=None if generation is None else generation.generation_id,
            degraded=self._dense.degraded,
            failed_builds=self._failed,
            light="amber" if self._failed >= _PATIENCE else "green",
        )

    def rebuild(self) -> bool:
        """Bring the index up to date now; False when it could not be had, which harms no answer."""
        with self._rebuilding:
            try:
                return self._rebuild()
            except (PeakError, OSError, sqlite3.Error):
                self._failed += 1
                if self._failed < _PATIENCE:
                    self._request()
                return False

    def _rebuild(self) -> bool:
        for broken in self._dense.take_broken():
            broken.close()
            self._generations.discard(broken.generation_id)
        self._refit()
        plan = self._dense.plan()
        generation = self._dense.generation
        if generation is not None and generation.generation_id == plan.generation_id:
            return True
        if not plan.ids:
            self._dense.attach(None)
            return True
        if self._generations.build(plan, self._stopping) == "busy":
            return False
        try:
            opened = self._generations.open(plan)
        except UnavailableError:
            self._generations.discard(plan.generation_id)
            raise
        if opened is None:
            return False
        self._dense.attach(opened)
        self._failed = 0
        return True

    def _refit(self) -> None:
        """Fit the embedder anew when the passages are not those that it was fitted to."""
        view = self._dense.view()
        wanted = fit_id_of(self._embedder, [one.passage_id for one in view.passages])
        if wanted != view.fit_id:
            refit(self._shelf, self._embedder, view.passages)

    def _stopping(self) -> bool:
        return self._indexer is not None and self._indexer.stopping()

    def _request(self) -> None:
        if self._indexer is not None:
            self._indexer.request()

    def start(self, debounce_s: float = DEBOUNCE_S) -> None:
        """Keep the index up to date in the background from now on."""
        if self._indexer is None:
            self._indexer = Indexer(self._work, debounce_s)
            self._indexer.request()

    def _work(self) -> None:
        self.rebuild()

    def settle(self, timeout_s: float = 30.0) -> bool:
        """Wait until the background has done what was asked for; False when time ran out."""
        return self._indexer is None or self._indexer.settle(timeout_s)

    def close(self) -> None:
        """Stop the background, close index and file; a second call does nothing."""
        if self._indexer is not None:
            self._indexer.stop()
        for broken in self._dense.take_broken():
            broken.close()
        self._dense.attach(None)
        self._database.close()

    def __enter__(self) -> Self:
        """The knowledge base itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def open_knowledge(
    folder: Path,
    *,
    corpus: Path = CORPUS,
    embedder: Embedder | None = None,
    clock: Clock | None = None,
    background: bool = True,
) -> Knowledge:
    """The knowledge base of a state folder, with our own documents in it.

    Args:
        folder: where the knowledge file and the index lie; made if need be.
        corpus: folder of our own documents.
        embedder: where vectors come from; the offline one by default.
        clock: dates the arrival of documents.
        background: keep the vector index up to date on a thread of its own.

    Raises:
        IntegrityError: KNOWLEDGE_STORE_BROKEN or KNOWLEDGE_STORE_VERSION.
        InputError: CORPUS_INVALID, CORPUS_MISSING or CORPUS_UNLISTED.
    """
    documents = load_corpus(corpus)
    database = Database(folder / "knowledge.db")
    time, vectors = clock or SystemClock(), embedder or OfflineEmbedder()
    try:
        PassageStore(database, time).replace_collection(ORIGIN, documents)
        knowledge = Knowledge(database, time, vectors, Generations(folder / "index"))
    except BaseException:
        database.close()
        raise
    if background:
        knowledge.start()
    return knowledge
