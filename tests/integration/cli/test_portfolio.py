"""`peak portfolio`: recipes listed, shown, weighed, backtested, and made of certificates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api_world import PASSWORD
from tests.integration.cli.conftest import Peak
from tests.live_desk import OPERATOR, open_live_desk

RULE = "rsi_momentum_goog_demo"
KEYS = {"recipe", "weights", "metrics", "equity_digest", "notes"}
RECIPE = """
description = "Three rules on one share."
description_de = "Drei Regeln auf einer Aktie."
scheme = "risk_parity"
lookback_days = 250
vol_target = 0.05
currency = "USD"

[[sleeves]]
strategy = "rsi_momentum_goog_demo"

[[sleeves]]
strategy = "overfit_goog_demo"

[[sleeves]]
strategy = "rsi2_pullback_spy_moderate"
symbol = "GOOG"
"""


def with_recipe(peak: Peak, text: str = RECIPE, name: str = "mine") -> Peak:
    """The installation with a recipe of its own."""
    folder = peak.root / "recipes"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    return peak


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Peak:
    """An installation whose own recipe has been backtested."""
    made = with_recipe(Peak(tmp_path_factory.mktemp("measured")))
    assert made("portfolio", "backtest", "mine").exit_code == 0
    return made


def test_a_portfolio_backtest_is_one_object(measured: Peak) -> None:
    """Weights, risk shares, figures, digest and notes; the same bytes again, no new trial."""
    first = measured.json("portfolio", "backtest", "mine")
    assert set(first) >= KEYS
    assert [set(row) >= {"sleeve", "weight", "risk_contribution"} for row in first["weights"]]
    assert sum(row["weight"] for row in first["weights"]) + first["cash"] == pytest.approx(1)
    assert first["cash"] >= 0
    assert list(first["trials"].values()) == [3]
    assert {"TRAIN_ONLY", "SCHEME"} <= {note["code"] for note in first["notes"]}
    assert measured.json("portfolio", "backtest", "mine") == first


def test_every_sleeve_is_in_the_ledger(measured: Peak) -> None:
    """The same strategy backtested alone is the trial that the portfolio has counted."""
    assert measured.json("backtest", RULE)["trials"] == 3


def test_weights_for_the_next_day(measured: Peak) -> None:
    """Build answers equal risk under the volatility target, from train days alone."""
    found = measured.json("portfolio", "build", "mine")
    shares = [row["risk_contribution"] for row in found["weights"] if row["weight"] > 0]
    assert shares == pytest.approx([1 / len(shares)] * len(shares), abs=1e-6)
    assert found["volatility"] <= 0.05 + 1e-9
    goog = next(
        one for one in measured.json("data", "list")["datasets"]
        if one["instrument"]["symbol"] == "GOOG"
    )  # fmt: skip
    assert found["as_of"] <= goog["train_to"][:10]
    assert found["notes"][0]["code"] == "NOT_CERTIFIED"


def test_people_read_a_table_in_their_language(measured: Peak) -> None:
    """Figures with a point in English, with a comma in German, trials in the last line."""
    english = measured("portfolio", "backtest", "mine").stdout
    german = measured("portfolio", "backtest", "mine", "--lang", "de").stdout
    assert "Sharpe" in english
    assert "cash" in english
    assert "trials on these markets" in english.splitlines()[-1]
    assert "Bargeld" in german
    assert ",00 %" in german.replace("\u00a0", " ") or ", " in german


def test_recipes_are_listed_and_shown(measured: Peak) -> None:
    """The packaged ones and one's own, with scheme and sleeves."""
    rows = {row["name"]: row for row in measured.json("portfolio", "list")["recipes"]}
    assert rows["mine"]["from"] == "own"
    assert rows["hrp_multi_moderate"]["from"] == "library"
    assert rows["hrp_multi_moderate"]["scheme"] == "hrp"
    shown = measured.json("portfolio", "show", "mine")
    assert shown["recipe"]["lookback_days"] == 250
    text = measured("portfolio", "show", "mine", "--lang", "de").stdout
    assert "Drei Regeln auf einer Aktie." in text
    assert "rsi2_pullback_spy_moderate@GOOG" in text
    assert "mine" in measured("portfolio", "list").stdout


def test_a_broken_recipe_hides_no_other(peak: Peak) -> None:
    """The list says what is wrong with a file, and shows the rest."""
    with_recipe(with_recipe(peak), "scheme = 3", "broken")
    rows = {row["name"]: row for row in peak.json("portfolio", "list")["recipes"]}
    assert rows["broken"]["error"]["code"] == "RECIPE_INVALID"
    assert rows["mine"]["error"] is None
    assert "RECIPE_INVALID" in peak("portfolio", "list").stdout


def test_missing_data_name_the_commands(settled: Peak) -> None:
    """PORTFOLIO_DATA_MISSING says what to import, and nothing was run."""
    error = settled.fault("portfolio", "backtest", "donchian_breakout_moderate")
    assert error["code"] == "PORTFOLIO_DATA_MISSING"
    assert "peak data import FILE --symbol BTC/USDT --timeframe 4h" in error["hint"]
    assert "ETH/USDT" in error["hint"]
    regime = settled.fault("portfolio", "build", "regime_multi_moderate")
    assert "--symbol BTC/USDT --timeframe 1d" in regime["hint"]


def test_wrong_recipes_are_refused_before_anything_runs(peak: Peak) -> None:
    """Misspelt key, unknown strategy, little history, other years: each has its code."""
    with_recipe(peak, RECIPE.replace("scheme", "sceme"), "key")
    with_recipe(peak, RECIPE.replace("overfit_goog_demo", "overfit_gog_demo"), "strategy")
    with_recipe(peak, RECIPE.replace("250", "2000"), "long")
    eurusd = '[[sleeves]]\nstrategy = "bollinger_reversion_eurusd_conservative"\n'
    with_recipe(peak, RECIPE + eurusd, "years")
    codes = {
        name: peak.fault("portfolio", "backtest", name)["code"]
        for name in ("key", "strategy", "long", "years", "minne")
    }
    assert codes == {
        "key": "RECIPE_UNKNOWN_KEY", "strategy": "SPEC_UNKNOWN",
        "long": "PORTFOLIO_HISTORY_SHORT", "years": "PORTFOLIO_NO_COMMON_DAYS",
        "minne": "RECIPE_UNKNOWN",
    }  # fmt: skip
    assert peak.json("backtest", RULE)["trials"] == 1


def test_a_recipe_of_certified_strategies(peak: Peak) -> None:
    """Without a certificate nothing; with one a recipe, its reasons, its file, which then runs."""
    error = peak.fault("portfolio", "auto")
    assert error["code"] == "PORTFOLIO_NOTHING_CERTIFIED"
    assert peak("gate", RULE).exit_code == 0
    made = peak.json("portfolio", "auto", "--name", "best", "--save")
    assert [sleeve["strategy"] for sleeve in made["recipe"]["sleeves"]] == [RULE]
    assert made["notes"][0]["code"] == "CERTIFIED"
    assert Path(made["file"]).is_file()
    assert peak.json("backtest", RULE)["trials"] == 1
    assert peak.json("portfolio", "backtest", "best")["weights"][0]["sleeve"] == RULE
    today = peak.json("portfolio", "build", "best")
    assert today["as_of"] > today["last_day"]
    assert today["notes"][0]["code"] == "PRESENT"
    assert today["equity_digest"] == peak.json("portfolio", "backtest", "best")["equity_digest"]
    assert peak.json("backtest", RULE)["trials"] == 1
    again = peak.fault("portfolio", "auto", "--name", "best", "--save")
    assert again["code"] == "FILE_NOT_WRITTEN"
    assert "zertifizierte" in peak("portfolio", "auto", "--lang", "de").stdout


@pytest.fixture
def through_desk(tmp_path: Path) -> Iterator[Peak]:
    """`peak` beside a running desk, signed in."""
    with open_live_desk(tmp_path) as live:
        live.operator()
        made = with_recipe(Peak(tmp_path))
        assert made("login", "--name", OPERATOR, "--password", PASSWORD).exit_code == 0
        yield made


@pytest.mark.network
def test_a_running_desk_counts_the_sleeves(through_desk: Peak) -> None:
    """The desk owns the ledger: its rows are written there, and its runs give the same bytes."""
    found = through_desk.json("portfolio", "backtest", "mine")
    assert list(found["trials"].values()) == [3]
    assert through_desk.json("backtest", RULE)["trials"] == 3
    today = through_desk.json("portfolio", "build", "mine")
    assert today["notes"][0]["code"] == "NOT_CERTIFIED"
    assert RULE in today["notes"][0]["message"]


def test_a_portfolio_is_shaken(measured: Peak) -> None:
    """Sleeves left out, weights tilted, joint paths; English and German; no new trial."""
    before = measured.json("portfolio", "backtest", "mine")["trials"]
    found = measured.json("portfolio", "robustness", "mine", "--paths", "200")
    assert len(found["without"]) == 3
    assert {one["factor"] for one in found["tilted"]} == {0.8, 1.2}
    assert found["monte_carlo"]["paths"] == 200
    assert found["trials"] == before
    english = measured("portfolio", "robustness", "mine", "--paths", "200", "--lang", "en")
    german = measured("portfolio", "robustness", "mine", "--paths", "200", "--lang", "de")
    assert "without rsi_momentum_goog_demo: Sharpe" in english.stdout
    assert "ohne rsi_momentum_goog_demo: Sharpe" in german.stdout
    assert "," in german.stdout
    assert measured.fault("portfolio", "robustness", "nine")["hint"]
