"""The deterministic core: market data, strategy language, backtest, gate, facts, reports."""
