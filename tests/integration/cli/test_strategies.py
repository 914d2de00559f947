"""`peak strategy`: what there is, in words, and whether it can be run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.clock import FixedClock
from engine.language import library
from engine.language.checker import check
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from tests.integration.cli.conftest import Peak
from tests.published_specs import published
from tests.strategy_files import DOCUMENT, written
from tests.verdict_world import judged


def rows(peak: Peak, *options: object) -> dict[str, Any]:
    """The list by name."""
    return {row["name"]: row for row in peak.json("strategy", "list", *options)["strategies"]}


def test_the_library_and_ones_own(peak: Peak) -> None:
    """The list holds every library spec and the files of the workspace; the shelf when asked."""
    written(peak.root / "strategies")
    found = {name: row["origin"] for name, row in rows(peak).items()}
    assert found == {"mine": "workspace"} | {name: library.shelf(name) for name in library.names()}
    assert "mine" in peak("strategy", "list").stdout
    more = rows(peak, "--research")
    assert set(more) - set(found) == set(library.research_names())
    assert {more[name]["tier"] for name in library.research_names()} == {"paper"}


def test_a_row_tells_what_a_trader_asks(settled: Peak) -> None:
    """Family, profile, bars, symbols, tier, and that nobody judged it yet."""
    row = rows(settled)["ma_crossover_btc_moderate"]
    assert row == {
        "name": "ma_crossover_btc_moderate", "origin": "library", "family": "trend_following",
        "profile": "moderate", "timeframe": "4h", "symbols": ["BTC/USDT"], "tier": "live",
        "verdict": None, "verdict_tier": None, "judged": 0, "passed": 0, "ok": True,
        "findings": [], "error": None,
    }  # fmt: skip
    assert "not judged" in settled("strategy", "list").stdout


def test_a_verdict_is_shown_as_it_is(peak: Peak) -> None:
    """A failed rule stands as FAIL under every name that means the same."""
    name = "ma_crossover_btc_moderate"
    peak.json("strategy", "new", "my_copy", "--from", name)
    database = open_database(
        peak.root / "desk.db", desk_metadata, "desk", FixedClock(datetime(2026, 1, 15, tzinfo=UTC))
    )
    judged(database, 0, str(check(library.load(name)).rule_digest), "FAIL")
    found = rows(peak)
    assert {one: found[one]["verdict"] for one in (name, "my_copy")} == {
        name: "FAIL", "my_copy": "FAIL",
    }  # fmt: skip
    assert found["ma_crossover_btc_conservative"]["verdict"] is None
    assert "FAIL" in peak("strategy", "list", "--family", "trend_following").stdout


def test_a_family_narrows_the_list(settled: Peak) -> None:
    """Only this family; a misspelt one is FAMILY_UNKNOWN with the nearest."""
    found = rows(settled, "--family", "breakout")
    assert found
    assert {row["family"] for row in found.values()} == {"breakout"}
    error = settled.fault("strategy", "list", "--family", "brekout")
    assert error["code"] == "FAMILY_UNKNOWN"
    assert "breakout" in error["hint"]


def test_an_empty_workspace_says_how_to_begin(settled: Peak) -> None:
    """Under the list stands the command that writes a first strategy."""
    assert "peak strategy new" in settled("strategy", "list").stdout


def test_a_broken_file_stands_in_the_list_with_its_fault(peak: Peak) -> None:
    """One bad file never hides the others."""
    folder = peak.root / "strategies"
    written(folder)
    (folder / "broken.json").write_text('{"name": ')
    written(folder, "ma_crossover_btc_moderate")
    listed = peak.json("strategy", "list")["strategies"]
    codes = {row["name"]: row["error"]["code"] for row in listed if row["error"]}
    assert codes == {"broken": "JSON_INVALID", "ma_crossover_btc_moderate": "SPEC_NAME_TAKEN"}
    assert "JSON_INVALID" in peak("strategy", "list").stdout
    assert peak.fault("strategy", "show", "broken")["code"] == "JSON_INVALID"


def test_the_workspace_lies_where_the_settings_say(peak: Peak, tmp_path: Path) -> None:
    """`deployment.strategies_dir`: below the state folder, or a path of its own."""
    written(tmp_path / "elsewhere", "far")
    written(peak.root / "mine_too", "near")
    for place, name in ((tmp_path / "elsewhere", "far"), ("mine_too", "near")):
        peak.env["PEAK_DEPLOYMENT__STRATEGIES_DIR"] = str(place)
        assert rows(peak)[name]["origin"] == "workspace"
        assert peak.json("strategy", "check", name)["ok"] is True


def test_a_new_strategy_is_valid_at_once(peak: Peak) -> None:
    """`new` writes, `check` accepts, a second `new` of this name changes nothing."""
    made = peak.json("strategy", "new", "my_dip", "--family", "mean_reversion")
    assert Path(made["path"]).is_file()
    assert peak.json("strategy", "check", "my_dip")["digest"] == made["digest"]
    assert rows(peak, "--family", "mean_reversion")["my_dip"]["origin"] == "workspace"
    error = peak.fault("strategy", "new", "my_dip")
    assert error["code"] == "SPEC_EXISTS"
    assert "my_dip" in peak("strategy", "list").stdout


def test_a_copy_of_a_library_strategy(peak: Peak) -> None:
    """`--from` takes a name or a file; the library's own names stay the library's."""
    model = "donchian_breakout_btc_moderate"
    peak.json("strategy", "new", "my_channel", "--from", model)
    copied = peak.json("strategy", "check", "my_channel")
    assert copied["rule_digest"] == peak.json("strategy", "check", model)["rule_digest"]
    assert peak.fault("strategy", "new", model)["code"] == "SPEC_NAME_TAKEN"
    assert peak.fault("strategy", "new", "x", "--from", "nothing")["code"] == "SPEC_UNKNOWN"
    assert peak.fault("strategy", "new", "My Rule")["code"] == "SPEC_NAME_INVALID"


def test_show_speaks_both_languages(settled: Peak) -> None:
    """The rules in plain German or English; another language is LANGUAGE_UNKNOWN."""
    name = "rsi_momentum_goog_demo"
    assert any(
        "Kauf" in line for line in settled.json("strategy", "show", name, "--lang", "de")["words"]
    )
    assert any(
        "buy" in line for line in settled.json("strategy", "show", name, "--lang", "en")["words"]
    )
    assert settled.fault("strategy", "show", name, "--lang", "fr")["code"] == "LANGUAGE_UNKNOWN"


def test_the_settings_choose_the_language(peak: Peak) -> None:
    """Without `--lang` a command speaks the installation's language."""
    peak.env["PEAK_DEPLOYMENT__LANGUAGE"] = "de"
    assert "Kauf" in peak("strategy", "show", "rsi_momentum_goog_demo").stdout


def test_a_name_that_is_nearly_right(settled: Peak) -> None:
    """SPEC_UNKNOWN with the nearest name."""
    error = settled.fault("strategy", "show", "rsi_momentum_goog")
    assert error["code"] == "SPEC_UNKNOWN"
    assert "rsi_momentum_goog_demo" in error["hint"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{", "JSON_INVALID"),
        (b"[]", "RECORD_INVALID"),
        (b'{"name": "x", "name": "y"}', "JSON_KEY_REPEATED"),
        (b'{"name": NaN}', "JSON_NOT_FINITE"),
        (b"\xff\xfe\x00", "FILE_UNREADABLE"),
        (b" " * 1_000_001, "FILE_TOO_LARGE"),
    ],
)
def test_a_file_that_is_no_spec(settled: Peak, tmp_path: Path, content: bytes, code: str) -> None:
    """What cannot be read as a spec is refused with a code, never with a traceback."""
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    error = settled.fault("strategy", "check", path)
    assert error["code"] == code
    assert "b'" not in error["value"]


def test_a_file_that_is_not_there(settled: Peak, tmp_path: Path) -> None:
    """FILE_NOT_FOUND with the file that was probably meant."""
    written(tmp_path)
    error = settled.fault("strategy", "check", tmp_path / "mien.json")
    assert error["code"] == "FILE_NOT_FOUND"
    assert "mine.json" in error["hint"]


def test_check_finds_all_problems_at_once(settled: Peak, tmp_path: Path) -> None:
    """A spec with errors is answered with each of them and exit code 1; a sound one with 0."""
    rules = [DOCUMENT["rules"][0] | {"entry": "clse > 1 and rsi(close, 2) < close"}]
    done = settled("strategy", "check", written(tmp_path, rules=rules))
    assert done.exit_code == 1
    assert "not ok" in done.stdout
    found = settled.json("strategy", "check", tmp_path / "mine.json", code=1)
    assert len(found["findings"]) >= 2
    assert settled.json("strategy", "check", "rsi_momentum_goog_demo")["ok"] is True


def test_check_says_when_data_are_too_short(settled: Peak, tmp_path: Path) -> None:
    """HISTORY_SHORT with both numbers is an error of this pair of rule and data: exit code 1."""
    name = "bollinger_reversion_eurusd_conservative"
    assert settled.json("strategy", "check", name, "--data", "EUR/USD:1h")["ok"] is True
    slow = tmp_path / "slow.json"
    slow.write_text(library.load(name).model_dump_json().replace("adx(14) < 20", "adx(900) < 20"))
    found = settled.json("strategy", "check", slow, "--data", "EUR/USD:1h", code=1)
    short = next(one for one in found["findings"] if one["code"] == "HISTORY_SHORT")
    assert {"code", "path", "value", "message", "hint"} <= set(short)
    assert "5000" in short["message"]
    assert settled.json("strategy", "check", slow)["ok"] is True


def test_check_warns_of_a_rule_that_never_fires(settled: Peak, tmp_path: Path) -> None:
    """It runs and never trades: NEVER_FIRES is a warning, so the exit code stays 0."""
    rules = [DOCUMENT["rules"][0] | {"entry": "roc(close,1) > 9 and volume > 0"}]
    found = settled.json("strategy", "check", written(tmp_path, rules=rules))
    assert found["ok"] is True
    assert [one["code"] for one in found["findings"]][-1] == "NEVER_FIRES"


def test_check_looks_at_the_whole_sweep(settled: Peak, tmp_path: Path) -> None:
    """Points of the sweep that would be refused are counted; the default decides `ok`."""
    golden = published()["p02_golden_cross"]
    path = tmp_path / "golden.json"
    path.write_text(golden.model_dump_json())
    found = settled.json("strategy", "check", path)
    assert found["ok"] is True
    assert found["sweep"]["points"] == 520
    refused = found["sweep"]["refused"]
    assert all("FAST_SLOW" in one["codes"] for one in refused)
    assert all(one["point"]["fast"] >= one["point"]["slow"] for one in refused)
    shown = settled("strategy", "check", path).stdout
    assert f"sweep: {len(refused)} of 520 points are refused" in shown
    assert settled.json("strategy", "check", "rsi_momentum_goog_demo")["sweep"]["refused"] == []


def test_check_takes_a_file_of_bars(peak: Peak, tmp_path: Path) -> None:
    """`--data FILE` is registered first, like in `peak backtest`."""
    bars = tmp_path / "spy.csv"
    first = datetime(2020, 1, 6, tzinfo=UTC)
    days = [first + timedelta(weeks=week, days=day) for week in range(30) for day in range(4)]
    lines = [f"{day:%Y-%m-%d},100,101,99,100,1000" for day in days]
    bars.write_text("\n".join(["time,open,high,low,close,volume", *lines]) + "\n")
    found = peak.json("strategy", "check", "rsi2_pullback_spy_moderate", "--data", bars, code=1)
    assert "HISTORY_SHORT" in {one["code"] for one in found["findings"]}
