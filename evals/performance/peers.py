"""The peers' side: a child process each, in their own environment, driven line by line."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

import evals
from engine.errors import InputError
from evals.performance.workloads import EVERYBODY

ROOT: Final = Path(evals.__file__).parents[1]
PYTHON: Final = Path(".venv-bench/bin/python")
"""Where `make bench` puts the peers' environment, below the project."""
NOT_INSTALLED: Final = "not installed"
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")


class PeerSilentError(InputError):
    """A peer did not answer, or not as agreed."""


class Peer:
    """One engine in a process of its own; use it as a context manager."""

    def __init__(self, name: str, python: Path) -> None:
        """Start nothing yet."""
        self.name = name
        self.version = self.engine = ""
        self._python = python
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start the process and read who answers.

        Raises:
            PeerSilentError: PEER_SILENT when the engine cannot be imported there.
        """
        self._child = subprocess.Popen(  # noqa: S603 - our own module, no shell, data over a pipe
            [str(self._python), "-m", "evals.bench.peer", self.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=ROOT, env=_environment(),
        )  # fmt: skip
        try:
            about = self._read()
        except PeerSilentError:
            self.end()
            raise
        self.version, self.engine = about["version"], about["engine"]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.end()

    def end(self) -> None:
        """End the process by ending its input."""
        if self._child is not None:
            _pipe(self._child.stdin).close()
            self._child.wait()
            _pipe(self._child.stdout).close()

    def ask(self, **question: object) -> dict[str, Any]:
        """The answer to one request.

        Raises:
            PeerSilentError: PEER_SILENT.
        """
        if self._child is None:
            raise PeerSilentError("PEER_SILENT", "the peer was not started", value=self.name)
        line = _pipe(self._child.stdin)
        line.write(json.dumps(question) + "\n")
        line.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        line = _pipe(self._child.stdout if self._child else None).readline()
        if not line:
            raise PeerSilentError(
                "PEER_SILENT", "the peer's process ended without an answer", value=self.name,
                hint=f"run {PYTHON} -m evals.bench.peer {self.name} and read what it says",
            )  # fmt: skip
        answer: dict[str, Any] = json.loads(line)
        return answer


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise PeerSilentError("PEER_SILENT", "the peer has no pipe")
    return pipe


def _environment() -> dict[str, str]:
    """Ours with one thread each, and without a connection that an engine opens at import."""
    single = dict.fromkeys(_THREADS, "1")
    return {**os.environ, **single, "RAPTORBT_NO_VERSION_CHECK": "1", "PYTHONPATH": str(ROOT)}


@contextmanager
def started(python: Path, names: Sequence[str] = EVERYBODY) -> Iterator[dict[str, Peer | str]]:
    """Every peer by name: its running process, or the sentence on why there is none."""
    with ExitStack() as stack:
        found: dict[str, Peer | str] = {}
        for name in names:
            if not python.is_file():
                found[name] = NOT_INSTALLED
                continue
            try:
                found[name] = stack.enter_context(Peer(name, python))
            except PeerSilentError:
                found[name] = NOT_INSTALLED
        yield found
