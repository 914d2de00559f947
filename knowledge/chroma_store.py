"""The only home of Chroma: build a collection in a folder of its own, open it, ask it.

Chroma's index corrupts when a process dies while writing or two processes share a folder, so a
collection is written once, by one process, in a folder that nobody reads, and only read later.
Whatever Chroma does wrong, a panic of its native part included, leaves here as UnavailableError
KNOWLEDGE_INDEX; the caller answers without it.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, cast

import numpy as np

from engine.errors import UnavailableError
from knowledge.embedding import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

DATABASE: Final = "chroma.sqlite3"
PARAMETERS: Final[dict[str, str | int]] = {
    "space": "cosine",
    "ef_construction": 200,
    "ef_search": 200,
    "max_neighbors": 32,  # with 16, 3 of 400 builds lost near-duplicates; with 32 none
}
QUERY_TIMEOUT_S: Final = 0.25
_COLLECTION: Final = "passages"
_BATCH: Final = 1_000
_OPEN_TIMEOUT_S: Final = 30.0
_T = TypeVar("_T")


def version() -> str:
    """Version of the installed Chroma, read without importing it."""
    from importlib.metadata import version as installed  # noqa: PLC0415 - only at a rebuild

    return installed("chromadb")


def _fault(what: str, error: BaseException | None = None) -> UnavailableError:
    detail = f": {type(error).__name__}" if error is not None else ""
    return UnavailableError(
        "KNOWLEDGE_INDEX",
        f"the vector index {what}{detail}",
        value=str(error or ""),
        hint="nothing to do: answers come without it and it is rebuilt",
    )


@contextmanager
def _border(what: str) -> Iterator[None]:
    """Turn everything that foreign code raises into one fault; native panics are BaseException."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, UnavailableError):
        raise
    except BaseException as error:
        raise _fault(what, error) from error


def _client(folder: Path) -> Client:
    import chromadb  # noqa: PLC0415 - half a second, and only the copilot needs it
    from chromadb.config import Settings  # noqa: PLC0415 - as above

    settings = Settings(anonymized_telemetry=False, _env_file=None)  # no file of the cwd is read
    return cast("Client", chromadb.PersistentClient(path=str(folder), settings=settings))


def build(
    folder: Path, ids: Sequence[str], vectors: Vectors, cancelled: Callable[[], bool]
) -> None:
    """Write a new collection into an empty folder; unit vectors, shape (ids, dimension).

    Raises:
        UnavailableError: KNOWLEDGE_INDEX when Chroma fails or the build was cancelled.
    """
    with _border("could not be built"), closing(_client(folder)) as client:
        collection = client.create_collection(
            _COLLECTION,
            embedding_function=None,
            configuration={"hnsw": {**PARAMETERS, "sync_threshold": max(2, len(ids))}},  # type: ignore[arg-type]  # one dict names the index
        )
        for start in range(0, len(ids), _BATCH):
            if cancelled():
                raise _fault("build was cancelled")
            part = slice(start, start + _BATCH)
            collection.add(ids=list(ids[part]), embeddings=np.asarray(vectors[part]))


class ChromaIndex:
    """An open collection; every call ends within its time or raises UnavailableError."""

    def __init__(self, folder: Path) -> None:
        """Open a finished collection.

        Raises:
            UnavailableError: KNOWLEDGE_INDEX when its database is damaged or Chroma fails.
        """
        with _border("could not be opened"):
            _check_database(folder / DATABASE)
            self._client = _client(folder)
            try:
                self._collection: Collection = in_time(
                    lambda: self._client.get_collection(_COLLECTION, embedding_function=None),
                    _OPEN_TIMEOUT_S,
                )
            except BaseException:
                self._client.close()
                raise

    def ids(self) -> tuple[str, ...]:
        """All ids of the collection, sorted."""
        with _border("could not be listed"):
            found = in_time(lambda: self._collection.get(include=[]), _OPEN_TIMEOUT_S)
            return tuple(sorted(found["ids"]))

    def nearest(
        self, vectors: Vectors, count: int, timeout_s: float = QUERY_TIMEOUT_S
    ) -> list[list[tuple[str, float]]]:
        """For each vector up to `count` ids with their cosine likeness, best first."""
        with _border("did not answer"):
            found = in_time(
                lambda: self._collection.query(
                    query_embeddings=np.asarray(vectors), n_results=count, include=["distances"]
                ),
                timeout_s,
            )
            distances = found["distances"] or []
            return [
                [(name, 1.0 - float(distance)) for name, distance in zip(*pair, strict=True)]
                for pair in zip(found["ids"], distances, strict=True)
            ]

    def close(self) -> None:
        """Give the files back; a failure to do so is nobody's problem any more."""
        try:
            with _border("could not be closed"):
                self._client.close()
        except UnavailableError:
            return


def _check_database(path: Path) -> None:
    """Refuse a damaged database before native code reads it."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise _fault(f"database is damaged ({answer})")


def in_time(work: Callable[[], _T], timeout_s: float) -> _T:
    """Run foreign code on a thread of its own and wait for it; a hung one is left behind."""
    answers: queue.SimpleQueue[tuple[_T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        """The call on a thread of its own."""
        try:
            answers.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            answers.put((None, error))

    threading.Thread(target=run, name="knowledge-index", daemon=True).start()
    try:
        answer, error = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise _fault(f"took longer than {timeout_s} s") from None
    if error is not None:
        raise error
    if answer is None:
        raise _fault("answered nothing")
    return answer
