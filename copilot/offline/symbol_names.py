"""The alias table: how people call an instrument, and the symbol that it has here.

Crypto names stand without a quote; the quote that the user names wins, else USDT.
"""

from __future__ import annotations

from typing import Final

COINS: Final[dict[str, str]] = {
    "bitcoin": "BTC", "btc": "BTC", "xbt": "BTC", "ethereum": "ETH", "ether": "ETH", "eth": "ETH",
    "litecoin": "LTC", "ltc": "LTC", "monero": "XMR", "xmr": "XMR", "solana": "SOL", "sol": "SOL",
    "ripple": "XRP", "xrp": "XRP", "cardano": "ADA", "ada": "ADA", "dogecoin": "DOGE",
    "doge": "DOGE", "polkadot": "DOT", "dot": "DOT", "avalanche": "AVAX", "avax": "AVAX",
    "chainlink": "LINK", "link": "LINK", "polygon": "MATIC", "matic": "MATIC", "pol": "POL",
    "uniswap": "UNI", "uni": "UNI", "cosmos": "ATOM", "atom": "ATOM", "near": "NEAR",
    "aptos": "APT", "apt": "APT", "arbitrum": "ARB", "arb": "ARB", "optimism": "OP",
    "binance coin": "BNB", "bnb": "BNB", "tron": "TRX", "trx": "TRX", "stellar": "XLM",
    "xlm": "XLM", "algorand": "ALGO", "algo": "ALGO", "filecoin": "FIL", "fil": "FIL",
    "aave": "AAVE", "maker": "MKR", "mkr": "MKR", "toncoin": "TON", "ton": "TON", "sui": "SUI",
    "pepe": "PEPE", "shiba": "SHIB", "shiba inu": "SHIB", "shib": "SHIB", "bitcoin cash": "BCH",
    "bch": "BCH", "eos": "EOS", "iota": "IOTA", "vechain": "VET", "injective": "INJ", "inj": "INJ",
    "hedera": "HBAR", "hbar": "HBAR", "internet computer": "ICP", "icp": "ICP", "zcash": "ZEC",
    "zec": "ZEC", "dash": "DASH", "tezos": "XTZ", "xtz": "XTZ", "ethereum classic": "ETC",
    "fantom": "FTM", "ftm": "FTM", "sei": "SEI", "render": "RNDR", "kaspa": "KAS", "kas": "KAS",
}  # fmt: skip

PLAIN_WORD_COINS: Final = frozenset(
    str.split(
        "dot link near uni op maker dash optimism stellar render cosmos sol ada pol apt algo fil "
        "vet ton sui sei polygon avalanche tron ether arb atom link"
    )
)
"""Names that are also words: in lower case they count only beside a chart word or alone."""

INSTRUMENTS: Final[dict[str, str]] = {
    "silver futures": "SI", "silber futures": "SI", "silberfutures": "SI",
    "silber future": "SI", "gold futures": "GC", "goldfutures": "GC", "gold future": "GC",
    "crude oil futures": "CL", "oil futures": "CL", "rohöl futures": "CL", "wti": "CL",
    "natural gas futures": "NG", "natural gas": "NG", "erdgas": "NG", "copper futures": "HG",
    "corn futures": "ZC", "corn": "ZC", "mais": "ZC", "wheat futures": "ZW", "wheat": "ZW",
    "weizen": "ZW", "soybean futures": "ZS", "soybeans": "ZS", "e mini s&p": "ES", "e-mini": "ES",
    "s&p futures": "ES", "s&p 500 futures": "ES", "nasdaq futures": "NQ", "bund future": "FGBL",
    "silver": "SILVER", "silber": "SILVER", "gold": "GOLD", "copper": "COPPER", "kupfer": "COPPER",
    "crude oil": "OIL", "crude": "OIL", "rohöl": "OIL", "brent": "BRENT", "oil": "OIL", "öl": "OIL",
    "platinum": "PLATINUM", "platin": "PLATINUM",
    "s&p 500": "SPY", "s&p500": "SPY", "s&p": "SPY", "sp500": "SPY", "spy": "SPY",
    "nasdaq 100": "QQQ", "nasdaq": "QQQ", "qqq": "QQQ", "russell 2000": "IWM", "russell": "IWM",
    "iwm": "IWM", "dow jones": "DIA", "dax": "DAX", "euro stoxx 50": "STOXX50", "nikkei": "N225",
    "ftse": "FTSE", "tlt": "TLT", "gld": "GLD", "efa": "EFA", "ief": "IEF", "vnq": "VNQ",
    "eem": "EEM", "xle": "XLE", "xlk": "XLK", "xlf": "XLF", "vti": "VTI", "voo": "VOO",
    "long term treasuries": "TLT", "treasuries": "TLT",
    "apple": "AAPL", "aapl": "AAPL", "tesla": "TSLA", "tsla": "TSLA", "microsoft": "MSFT",
    "msft": "MSFT", "google": "GOOG", "alphabet": "GOOG", "goog": "GOOG", "googl": "GOOGL",
    "amazon": "AMZN", "amzn": "AMZN", "nvidia": "NVDA", "nvda": "NVDA", "netflix": "NFLX",
    "facebook": "META", "coca cola": "KO", "coca-cola": "KO", "disney": "DIS", "intel": "INTC",
    "amd": "AMD", "siemens": "SIE", "sap": "SAP", "volkswagen": "VOW3", "allianz": "ALV",
    "boeing": "BA", "jpmorgan": "JPM", "ibm": "IBM",
}  # fmt: skip

CURRENCIES: Final = frozenset(
    str.split("EUR USD JPY GBP CHF AUD NZD CAD SEK NOK PLN TRY ZAR MXN CNH")
)
QUOTES: Final = frozenset(
    str.split("USDT USDC BUSD DAI FDUSD BTC ETH BNB EUR USD GBP CHF JPY AUD TRY")
)

CURRENCY_NAMES: Final[dict[str, str]] = {
    "euro dollar": "EUR/USD", "euro/dollar": "EUR/USD", "eurodollar": "EUR/USD",
    "euro franken": "EUR/CHF", "euro yen": "EUR/JPY", "dollar yen": "USD/JPY",
    "dollar/yen": "USD/JPY", "pound dollar": "GBP/USD", "pfund dollar": "GBP/USD",
    "cable": "GBP/USD", "aussie": "AUD/USD", "kiwi": "NZD/USD", "loonie": "USD/CAD",
    "fiber": "EUR/USD",
}  # fmt: skip

QUOTE_WORDS: Final[dict[str, str]] = {
    "euro": "EUR", "eur": "EUR", "us dollar": "USD", "dollar": "USD", "usd": "USD", "usdt": "USDT",
    "usdc": "USDC", "tether": "USDT", "pfund": "GBP", "pounds": "GBP", "franken": "CHF",
}  # fmt: skip

NOT_TICKERS: Final = frozenset(
    str.split(
        "A I ADX AI ALL AM AND API AROON ATH ATR BB BE BUY CCI CFD CLOSE CMA CMF DCA DD DE DEMA "
        "DI DM DMI DOM DONCHIAN EMA ENTRY EST ET ETF ETFS EU EXIT FIB FIFO FOMO FOR FVG FX GD "
        "GMT HA HMA HODL HOLD HIGH IF IN IS IT KAMA KC KI LONG LOW LSTM MA MACD MAX MEZ MFI MIN "
        "ML MTF NEVER NEWS NO NOT NOW NR NY NYSE OB OBV OHLC OK ON OPEN OR ORB OTM PL PM PNL "
        "POC PSAR R RMA ROC ROI RR RS RSI RVOL SAR SELL SHORT SL SMA SMC SMI SMMA SO ST STC "
        "STOP SUPERTREND TA TEMA THE TO TP TRIX TTM UK US USA USE UTC VAR VIX VOL VWAP VWMA "
        "WENN WILLR WMA X YOLO Z ZLEMA DAS DER DIE EIN ICH MIT NUR UND UM ZU BEI BIS PRO KAUF "
        "TAG NICHT ODER GUV EK LS CH AG NATR CHOP STOCH STOCHRSI BBW ULTOSC KELTNER PPO DPO "
        "TRIN KST ICHIMOKU HEIKIN SUPER TREND RISK CROSS DAILY HOUR WEEK DAY BREAK DIP DIPS BOT "
        "COIN COINS CASH TEST LIMIT BAND BANDS KGV KBV EPS PE PEG FCF CPI FED FOMC GDP NFP BIP "
        "EZB ECB SKS HFT SYSTEM NOTE P L D K SD STD LIVE PAPER JSON YAML CSV ID IP SSH URL XML "
        "TODO URGENT ADMIN CEO CTO OS PC SMS PIN USER PLEASE BIG EVER TOO MUST DO GO MY ME WE"
    )
)
"""Upper-case words that are not symbols."""
