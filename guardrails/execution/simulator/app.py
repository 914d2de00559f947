"""The simulated exchange as a server on loopback: GET only, nothing to sign, nothing to lose."""

from __future__ import annotations

import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit

from guardrails.execution.simulator import binance_wire, kraken_wire
from guardrails.execution.simulator.exchange import Exchange
from guardrails.execution.simulator.faults import Faults, tampered
from guardrails.execution.simulator.replies import Reply, json_reply

LOOPBACK: Final = "127.0.0.1"
_RESET: Final = struct.pack("ii", 1, 0)


class Simulator:
    """A running exchange; use it in a `with` block or call `serve_forever`."""

    def __init__(self, exchange: Exchange, faults: Faults | None = None, port: int = 0) -> None:
        """Bind to loopback; port 0 takes a free one."""
        self.exchange = exchange
        self.faults = faults or Faults()
        self._server = ThreadingHTTPServer((LOOPBACK, port), _handler(self))
        self._server.daemon_threads = True
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def answer(self, path: str, query: dict[str, str]) -> Reply:
        """The reply of whichever venue has this path."""
        for answer in (binance_wire.answer, kraken_wire.answer):
            reply = answer(self.exchange, path, query)
            if reply is not None:
                return reply
        return json_reply({"error": ["EGeneral:Unknown method"]}, 404)

    def serve_forever(self) -> None:
        """Serve in this thread until `close` or an interrupt."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """Stop and free the port."""
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        """Serve in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the thread."""
        self.close()
        if self._thread is not None:
            self._thread.join()


def _handler(simulator: Simulator) -> type[BaseHTTPRequestHandler]:
    """A handler class that answers for this exchange."""

    class Handler(BaseHTTPRequestHandler):
        """One connection."""

        protocol_version = "HTTP/1.1"
        server_version = "PeakSimulator"

        def do_GET(self) -> None:
            """Answer one call, or break the connection when the script says so."""
            parts = urlsplit(self.path)
            reply = simulator.answer(parts.path, dict(parse_qsl(parts.query)))
            fault = simulator.faults.next(parts.path.rsplit("/", 1)[-1])
            if fault is None:
                self._send(reply)
            elif fault.kind == "reset":
                self._reset()
            else:
                self._send(tampered(fault, reply), half=fault.kind == "half")

        def _send(self, reply: Reply, *, half: bool = False) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) // 2] if half else reply.body)
            self.close_connection = self.close_connection or half

        def _reset(self) -> None:
            """Drop the connection with a reset instead of an end."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Say nothing: the caller sees every reply."""

    return Handler
