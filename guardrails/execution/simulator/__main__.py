"""`python -m guardrails.execution.simulator`: a local exchange until it is stopped."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.data.files import read_bars
from engine.data.instruments import instrument_for
from engine.data.synthetic import Frame, gbm
from engine.errors import PeakError
from engine.market import Timeframe
from guardrails.execution.simulator.app import Simulator
from guardrails.execution.simulator.exchange import Exchange, Listing
from guardrails.execution.simulator.faults import Faults, read_script


def parser() -> argparse.ArgumentParser:
    """The options; the address is always loopback."""
    made = argparse.ArgumentParser(prog="python -m guardrails.execution.simulator")
    made.add_argument("--port", type=int, default=0, help="0 takes a free one")
    made.add_argument("--symbol", default="BTC/USDT")
    made.add_argument("--timeframe", default="1h", choices=[each.value for each in Timeframe])
    made.add_argument("--data", type=Path, help="a file with the bars; without it a random walk")
    made.add_argument("--bars", type=int, default=5_000, help="length of the random walk")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--faults", type=Path, help="TOML script of faults")
    return made


def exchange_of(options: argparse.Namespace) -> Exchange:
    """The exchange that the options describe; its clock stands in the middle of the last bar.

    Raises:
        InputError: what is wrong with the file or the symbol.
    """
    instrument, timeframe = instrument_for(options.symbol), Timeframe(options.timeframe)
    if options.data is None:
        bars = gbm(Frame(instrument, timeframe, options.bars), options.seed)
    else:
        bars = read_bars(options.data, instrument, timeframe, symbol=options.symbol)
    middle = int(bars.time[-1] + bars.close_time[-1]) // 2
    return Exchange((Listing(bars, perpetual=":" in options.symbol),), middle)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line on standard output says where."""
    options = parser().parse_args(arguments)
    try:
        faults = Faults(read_script(options.faults) if options.faults else ())
        simulator = Simulator(exchange_of(options), faults, options.port)
    except PeakError as error:
        sys.stderr.write(json.dumps({"error": error.as_dict()}) + "\n")
        return 2
    try:
        sys.stdout.write(json.dumps({"listening": simulator.url}) + "\n")
        sys.stdout.flush()
        simulator.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
