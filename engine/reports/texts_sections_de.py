"""German words of the numbered sections."""

from __future__ import annotations

from typing import Final

SECTIONS_GERMAN: Final[dict[str, str]] = {
    "section.basis": "Kosten, Zeiträume, Zufallsstart und Prüfsummen",
    "section.equity": "Kontostand",
    "section.underwater": "Rückgänge",
    "section.rolling": "Gleitende Werte über ein halbes Jahr",
    "section.price": "Kurs, Einstiege, Ausstiege und Stops",
    "section.exposure": "Engagement und Umschlag",
    "section.sensitivity": "Empfindlichkeit gegen Kosten",
    "section.parameters": "Parameterkarte",
    "section.walk_forward": "Walk-forward",
    "section.monte_carlo": "Monte Carlo",
    "section.stress": "Belastungen",
    "section.regimes": "Nach Marktphase",
    "section.commentary": "Kommentar",
    "group.statistics": "Statistik nur für den Bericht",
    "statistics.none": "Probabilistische und bereinigte Sharpe-Ratio: nicht gerechnet.",
    "statistic.psr": "Wahrscheinlichkeit einer Sharpe-Ratio über null (PSR {year})",
    "statistic.psr.n": "Wahrscheinlichkeit einer Sharpe-Ratio über null (PSR {year}, N = {trials})",
    "statistic.dsr": "Bereinigte Sharpe-Ratio (DSR {year})",
    "statistic.dsr.n": "Bereinigte Sharpe-Ratio (DSR {year}, N = {trials})",
    "statistic.min_trl": "Kürzeste aussagekräftige Historie, Jahre (MinTRL {year})",
    "statistic.min_trl.n": "Kürzeste aussagekräftige Historie, Jahre (MinTRL {year}, N = {trials})",
    "statistic.pbo": "Wahrscheinlichkeit der Überanpassung (PBO {year})",
    "statistic.pbo.n": "Wahrscheinlichkeit der Überanpassung (PBO {year}, N = {trials})",
    "figures.intervals": (
        "Das Zahlenpaar bei einer Kennzahl ist ihr 90-%-Intervall: stationäres "
        "Block-Bootstrap der Tagesrenditen, {draws} Ziehungen, mittlerer Block auf Training "
        "{block} Tage, Zufallsstart aus der Prüfsumme des Laufs. Kennzahlen, die von der "
        "Reihenfolge der Tage abhängen, haben keine."
    ),
    "figures.benchmark": "Kaufen und halten: gleiche Anteile von {symbols}.",
    "stage.0": "Stufe 0: Vertrag",
    "stage.1": "Stufe 1: Belege im Training",
    "stage.2": "Stufe 2: der Blick auf den Holdout",
    "stage.3a": "Stufe 3a: Vetos im Training",
    "stage.3b": "Stufe 3b: Vetos auf den Blick",
    "stage.4": "Stufe 4: Freigabestufe",
    "verdict.research": (
        "Forschungsgüte: ein beteiligtes Modell kann den Holdout kennen. Nie für Live."
    ),
    "verdict.revealed": (
        "Der Holdout hat das nicht bestätigt. Seine Zahlen sind zu sehen, weil ein Mensch sie "
        "verlangt hat; der Blick zählt doppelt für jede spätere Idee auf diesem Markt."
    ),
    "verdict.costs": "Sharpe-Ratio im Training bei anderen Kosten:",
    "verdict.cost": "{sharpe} bei {factor}-fachen",
    "verdict.passed": "Weitere Kriterien erfüllt: {count}.",
    "verdict.unmet": "Weitere Kriterien nicht erfüllt: {count}.",
    "notes.more": "Weitere Hinweise im Forschungsbericht: {count}.",
    "calibration.none": "Selbsteichung für diese Länge und Zahl der Versuche: nicht gerechnet.",
    "calibration.noise": (
        "Bei dieser Historie und dieser Zahl von Versuchen lässt das Gate {testnet} reinen "
        "Rauschens auf Stufe Testnet durch und {paper} auf Stufe Papier."
    ),
    "calibration.power": (
        "Ein echter Vorteil mit einer Sharpe-Ratio von {sharpe} wird mit einer "
        "Wahrscheinlichkeit von {chance} gefunden."
    ),
    "calibration.noise.sized": (
        "Mit {train_years} Jahren Training, {holdout_years} Jahren Holdout, N = {trials}, Blick "
        "{look}: dieses Gate lässt {testnet} von reinem Zufall zur Stufe Testnet durch und "
        "{paper} zur Stufe Paper."
    ),
    "calibration.power.both": (
        "Eine echte Regel mit einer Sharpe-Ratio von {sharpe} findet es mit {chance} "
        "Wahrscheinlichkeit zur Stufe Testnet und mit {paper} zur Stufe Paper."
    ),
    "calibration.lever": (
        "Ein besserer Hebel als jede Statistik: {markets} Märkte mit einer Korrelation von {alike} "
        "heben eine Sharpe-Ratio um {gain}."
    ),
    "seed": "Zufallsstart",
    "seed.run": "abgeleitet aus der Prüfsumme des Laufs",
    "chart.underwater": (
        "Rückgang vom bisher höchsten Kontostand; die fünf größten sind nummeriert."
    ),
    "chart.rolling": "Oben gleitende Sharpe-Ratio, unten gleitende Volatilität.",
    "chart.rolling_sharpe": "Sharpe-Ratio",
    "chart.rolling_volatility": "Volatilität pro Jahr",
    "chart.price": "Kurs mit Einstiegen, Ausstiegen und ersten Stops.",
    "chart.price_axis": "{symbol}, logarithmisch",
    "chart.exposure": "Wert der Position mit Vorzeichen, im Verhältnis zum Kontostand.",
    "chart.exposure_axis": "Engagement, Anteil am Kontostand",
    "chart.fan": "Quantile neu gezogener Verläufe.",
    "chart.fan_axis": "Wachstum, Start = 1, über Tage",
    "legend.trend_up": "Trend aufwärts",
    "legend.trend_down": "Trend abwärts",
    "legend.trend_range": "Seitwärts",
    "cost.train_days": "Training, Tage",
    "cost.holdout_days": "Holdout, Tage",
    "commentary.silent": "Der Kommentar nennt nicht: {what}.",
    "commentary.about.costs": "Kosten",
    "commentary.about.trades": "die Zahl der Trades",
    "commentary.about.holdout": "die Länge des Holdouts",
    "commentary.about.trials": "die Zahl der Versuche",
    "legend.price": "Schlusskurs",
    "legend.enter-long": "Einstieg long",
    "legend.enter-short": "Einstieg short",
    "legend.leave": "Ausstieg",
    "legend.stop-line": "Erster Stop",
    "fall.place": "Nr.",
    "fall.zone": "Zone",
    "fall.depth": "Tiefe",
    "fall.peak": "Ab",
    "fall.trough": "Tiefpunkt",
    "fall.recovered": "Aufgeholt",
    "fall.days": "Tage",
    "fall.open": "nicht in dieser Zone",
    "fall.none": "Es gab keinen Rückgang.",
    "rolling.none": (
        "Der Lauf ist kürzer als ein halbes Jahr ({count} Tagesrenditen), es gibt nichts zu zeigen."
    ),
    "rolling.basis": "Über {count} Tagesrenditen, auf das Jahr gerechnet; jede Zone beginnt neu.",
    "price.none": "Die Kurse stehen nicht in diesem Datensatz.",
    "years.year": "Jahr",
    "years.turnover": "Umschlag, mal Kontostand",
    "years.exposure": "Mittleres Engagement mit Vorzeichen",
    "years.trades": "Geschlossene Trades",
    "years.basis": (
        "Der Umschlag zählt den Gegenwert von Ein- und Ausstiegen, geteilt durch den "
        "mittleren Kontostand des Jahres."
    ),
    "slice.name": "Geschlossene Trades",
    "slice.trades": "Trades",
    "slice.win_rate": "Trefferquote",
    "slice.pnl": "Ergebnis, {currency}",
    "slice.mae": "Mittleres Tief",
    "slice.mfe": "Mittleres Hoch",
    "slice.by_side": "Nach Seite",
    "slice.by_symbol": "Nach Symbol",
    "slice.by_rule": "Nach Regel",
    "slice.by_zone": "Nach Zone",
    "trade.symbol": "Symbol",
    "trade.rule": "Regel",
    "trade.stop_price": "Erster Stop",
    "trades.none_open": "Am Ende ist keine Position offen.",
    "dropped.none": "Keine Order wurde gekürzt oder ausgelassen.",
    "dropped.code": "Code",
    "dropped.meaning": "Gekürzte und ausgelassene Orders",
    "dropped.count": "Orders",
    "drop.ORDERS_CUT": "auf Obergrenze oder Barbestand gekürzt",
    "drop.STOP_WRONG_SIDE": "Stop auf der falschen Seite oder zu nah",
    "drop.TARGET_WRONG_SIDE": "Ziel schon erreicht",
    "drop.STOP_MISSING": "für die Größe fehlt ein Stop",
    "drop.QUANTITY_TOO_SMALL": "unter der kleinsten Order",
    "drop.BAR_ABSENT": "im Bar wurde nichts gehandelt",
    "drop.SIZE_UNKNOWN": "keine Größe bekannt",
    "drop.OUTSIDE_HOURS": "außerhalb der erlaubten Zeiten",
    "drop.TRADES_PER_DAY": "Höchstzahl der Trades am Tag erreicht",
    "drop.TRADES_PER_WEEK": "Höchstzahl der Trades in der Woche erreicht",
    "drop.LOSSES_PER_DAY": "Höchstzahl der Verluste am Tag erreicht",
    "drop.DAILY_LOSS": "Grenze des Tagesverlusts erreicht",
    "drop.POSITIONS_FULL": "Höchstzahl der Positionen erreicht",
    "drop.CORRELATED": "zu ähnlich zu Gehaltenem",
    "note.dropped": "Ausgelassene Orders, {meaning}: {count}.",
    "reason.exit_time": "feste Uhrzeit",
    "reason.drawdown": "Grenze des Rückgangs",
    "reason.regime": "Marktphase",
    "reason.resize": "Größe angepasst",
    "reason.rebalance": "Umschichtung",
    "reason.add": "aufgestockt",
    "costs.none": "Dieselben Regeln zu anderen Kosten: nicht gerechnet.",
    "costs.factor": "Kosten, mal",
    "costs.total_return": "Gesamtrendite",
    "costs.sharpe": "Sharpe-Ratio",
    "costs.max_drawdown": "Größter Rückgang",
    "costs.trades": "Trades",
    "parameters.none": "Benachbarte Parameter: nicht gerechnet.",
    "parameters.basis": (
        "Sharpe-Ratio auf Training. Waagrecht: {across}; senkrecht: {down}. Jede Zelle ist "
        "ein gezählter Versuch."
    ),
    "walk.none": "Walk-forward-Fenster: nicht gerechnet.",
    "walk.window": "Fenster danach",
    "walk.span": "{first} bis {last}",
    "walk.chosen": "Gewählt",
    "walk.inside_sharpe": "Sharpe innen",
    "walk.after_sharpe": "Sharpe danach",
    "walk.after_return": "Rendite danach",
    "walk.basis": "Das prüft das Verfahren der Auswahl, nicht eine Regel. Rauschen besteht es oft.",
    "monte_carlo.none": "Neu gezogene Verläufe: nicht gerechnet.",
    "monte_carlo.drawdown_middle": "Größter Rückgang, mittlerer Verlauf",
    "monte_carlo.drawdown_bad": "Größter Rückgang, 95-%-Quantil",
    "monte_carlo.ruin": "Wahrscheinlichkeit des Ruins",
    "monte_carlo.basis": (
        "{paths} Verläufe, stationäres Block-Bootstrap der Tagesrenditen, mittlerer Block "
        "{block} Tage. Bänder: 5 bis 95\u00a0% und 25 bis 75\u00a0%. Kein Beleg."
    ),
    "stress.none": "Szenarien: nicht gerechnet.",
    "stress.kind": "Szenario",
    "stress.rationale": "Warum",
    "stress.size": "Größe",
    "stress.middle_loss": "Verlust, Mitte",
    "stress.worst_loss": "Verlust, schlimmster",
    "regimes.none": "Zahlen nach Marktphase: nicht gerechnet.",
    "regimes.label": "Marktphase",
    "regimes.share": "Anteil der Zeit",
    "regimes.total_return": "Rendite",
    "regimes.sharpe": "Sharpe-Ratio",
    "regimes.trades": "Trades",
    "commentary.none": "Niemand hat einen Kommentar geschrieben.",
    "commentary.refused": (
        "Der Kommentar wurde abgelehnt: {codes}. Er darf Zahlen dieses Berichts nur mit ihrem"
        " Schlüssel nennen."
    ),
    "spec.document": "Die Strategie als Dokument",
    "spec.export": "In ein anderes Programm übernehmen",
    "how_to_run": "So wird es gerechnet:",
}
