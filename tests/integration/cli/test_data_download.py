"""`peak data download`: a process of its own, and whatever ends it, finished pages stay."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from engine.data.bars import Bars
from guardrails.execution.simulator.app import Simulator
from guardrails.execution.simulator.faults import Fault, Faults
from tests.feed_world import exchange, market, serving
from tests.integration.cli.conftest import Peak
from tests.needs import ROOT

DAY = "2015-01-01"


@pytest.fixture(scope="module")
def bars() -> Bars:
    """Three months of hours."""
    return market("BTC/USDT", 2_200)


def test_a_download_becomes_a_dataset(peak: Peak, bars: Bars) -> None:
    """All finished bars, the origin on record; again it is the same dataset."""
    with serving(bars) as running:
        words = ("data", "download", "binance", "BTC/USDT", "--since", DAY)
        found = peak.json(*words, "--base-url", running.url)
        assert found["rows"] == 2_199
        assert found["source"]["kind"] == "download"
        assert found["notes"] == []
        assert peak.json(*words, "--base-url", running.url)["id"] == found["id"]
    assert "BTC/USDT:1h" in peak("data", "list").stdout


def test_what_the_venue_does_not_give_is_said(peak: Peak) -> None:
    """Kraken knows 720 bars only: the answer names where they begin."""
    bars = market("BTC/USD", 4_000)
    with serving(bars) as running:
        words = ("data", "download", "kraken", "BTC/USD", "--since", DAY)
        error = peak.fault(*words, "--base-url", running.url)
        assert error["code"] == "DATA_TOO_SHORT"
        found = peak.json(*words, "--timeframe", "4h", "--base-url", running.url)
    assert found["rows"] == 719
    assert found["notes"] == ["kraken gives nothing before 2015-02-16 16:00 UTC"]


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (("binnance", "BTC/USDT", "--since", DAY), "VENUE_UNKNOWN", "binance"),
        (("binance", "btc/usdt", "--since", DAY), "SYMBOL_INVALID", "BTC/USDT"),
        (("binance", "BTC/USDT", "--since", DAY, "--timeframe", "1x"), "TIMEFRAME_UNKNOWN", "1"),
        (("binance", "BTC/USDT", "--since", DAY, "--until", "2014-01-01"), "DATES_INVALID", "-"),
        (
            ("binance", "BTC/USDT", "--since", DAY, "--base-url", "https://example.org"),
            "FEED_HOST_REFUSED", "127.0.0.1",
        ),
    ],
)  # fmt: skip
def test_a_wrong_word_starts_no_process(
    peak: Peak, words: tuple[str, ...], code: str, hint: str
) -> None:
    """Venue, symbol, timeframe, dates and address are refused before anything is sent."""
    error = peak.fault("data", "download", *words)
    assert error["code"] == code
    assert hint in error["hint"]
    assert not (peak.root / "downloads").exists()


def test_a_refusal_of_the_process_keeps_its_words(peak: Peak, bars: Bars) -> None:
    """What the venue does not list comes through with code, value and hint."""
    with serving(bars) as running:
        words = ("data", "download", "binance", "BTC/USDX", "--since", DAY)
        error = peak.fault(*words, "--base-url", running.url)
    assert error["code"] == "FEED_SYMBOL_UNKNOWN"
    assert error["value"] == "BTC/USDX"
    assert "BTC/USDT" in error["hint"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_download_goes_on(
    peak: Peak, bars: Bars, number: signal.Signals, code: int
) -> None:
    """Ctrl-C and SIGKILL after the first page: it stays, and the next run brings the rest alone."""
    endless = Fault(endpoint="klines", call=2, kind="429", seconds=60)
    faults = Faults([endless])
    with Simulator(exchange(bars), faults) as running:
        words = (
            "data", "download", "binance", "BTC/USDT", "--since", DAY, "--base-url", running.url,
        )  # fmt: skip
        process = subprocess.Popen(
            peak.command(*words),
            env=os.environ | peak.environment(),
            cwd=ROOT,
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _wait_for(peak.root / "downloads", faults)
        os.killpg(process.pid, number)
        process.communicate(timeout=20)
        assert process.returncode == code
        assert "BTC/USDT:1h" not in peak("data", "list").stdout
        found = peak.json(*words)
        assert found["rows"] == 2_199
        assert faults.calls("klines") == 4


def _wait_for(folder: Path, faults: Faults) -> None:
    """Until the first page is written and the second is waited for."""
    for _ in range(400):
        if faults.calls("klines") == 2 and list(folder.glob("*/bars-*.json")):
            return
        time.sleep(0.05)
    pytest.fail("the first page never came")


def test_the_simulator_says_where_it_listens(peak: Peak) -> None:
    """`peak simulator` runs until it is interrupted and ends in peace."""
    process = subprocess.Popen(
        peak.command("simulator", "--bars", "50"),
        env=os.environ | peak.environment(),
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        assert json.loads(line)["listening"].startswith("http://127.0.0.1:")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
