"""A Dask cluster: the one home of distributed. An address in the settings is all it takes.

A scheduler on plain TCP runs any function that a client sends, so it is taken on this machine
alone; everywhere else the address is `tls://` with an own CA. No key and no store leaves the
desk: a task holds a spec, parameters and the digests of code and bars.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from engine.errors import InputError, UnavailableError
from engine.gate.identity import code_digest
from engine.research.crew import Crew, ExecutorCrew

CONNECT_SECONDS: Final = 10
WORKER_SECONDS: Final = 10


def check_address(address: str) -> None:
    """Whether tasks may go there.

    Raises:
        InputError: SCHEDULER_UNSAFE for anything but `tls://` or a loopback address.
    """
    parts = urlsplit(address)
    if parts.scheme == "tls" or (parts.scheme == "tcp" and _is_loopback(parts.hostname or "")):
        return
    raise InputError(
        "SCHEDULER_UNSAFE", "a scheduler without TLS is taken on this machine alone",
        value=address, hint="use tls://HOST:PORT with an own CA, or tcp://127.0.0.1:PORT",
    )  # fmt: skip


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def cluster_crew(
    address: str, market: bytes, tls: tuple[str, str, str] | None = None
) -> Iterator[Crew]:
    """Workers of a running scheduler, each with this engine's code.

    Args:
        address: of the scheduler.
        market: the packed bars; they are part of the graph, so a new worker can get them too.
        tls: paths of CA, certificate and key for a `tls://` address.

    Raises:
        InputError: SCHEDULER_UNSAFE, EXTRA_MISSING.
        UnavailableError: SCHEDULER_UNREACHABLE, WORKERS_NONE, WORKER_CODE.
    """
    check_address(address)
    if find_spec("distributed") is None:
        raise InputError(
            "EXTRA_MISSING", "a Dask scheduler needs the extra `cluster`", value="cluster",
            hint="make setup EXTRAS=cluster, or leave research.scheduler empty",
        )  # fmt: skip
    client = _client(address, tls)
    try:
        width = _ready(client)
        # a task of its own, so that the scheduler can make it again when its holder is lost
        handle = client.submit(bytes, market, pure=False)
        with _losses(address):
            yield ExecutorCrew(
                lambda: client.get_executor(retries=3), width, market=handle, trusted=False
            )
    finally:
        client.close()


@contextmanager
def _losses(address: str) -> Iterator[None]:
    """What a cluster says when a task has killed worker after worker, or when it is gone."""
    from distributed import KilledWorker  # noqa: PLC0415 - an extra
    from distributed.comm.core import CommClosedError  # noqa: PLC0415 - an extra

    try:
        yield
    except (KilledWorker, CommClosedError, CancelledError) as error:
        raise UnavailableError(
            "WORKERS_LOST", "the cluster has lost its workers or its scheduler", value=address,
            hint="start them again; the same command goes on where it was",
        ) from error  # fmt: skip


def _client(address: str, tls: tuple[str, str, str] | None) -> Any:  # noqa: ANN401 - untyped
    import distributed  # noqa: PLC0415 - an extra that takes a second

    library: Any = distributed  # its functions have no types
    security = None
    if tls is not None:
        ca, certificate, key = tls
        security = library.Security(
            require_encryption=True,
            tls_ca_file=ca,
            tls_client_cert=certificate,
            tls_client_key=key,
        )
    try:
        return library.Client(
            address, timeout=CONNECT_SECONDS, security=security, set_as_default=False
        )
    except (OSError, TimeoutError, ValueError) as error:
        raise UnavailableError(
            "SCHEDULER_UNREACHABLE", "the Dask scheduler does not answer", value=address,
            hint="start it, or empty research.scheduler to work on this machine",
        ) from error  # fmt: skip


def _ready(client: Any) -> int:  # noqa: ANN401 - untyped
    """Number of worker threads, after every worker has named its code."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError as error:
        raise UnavailableError(
            "WORKERS_NONE", "the scheduler has no worker", hint="start dask workers for it"
        ) from error
    own = code_digest()
    for worker, code in client.run(code_digest).items():
        if code != own:
            raise UnavailableError(
                "WORKER_CODE", "a worker runs another version of the engine", value=worker,
                hint="install the same version on every worker",
            )  # fmt: skip
    return max(1, sum(int(threads) for threads in client.nthreads().values()))
