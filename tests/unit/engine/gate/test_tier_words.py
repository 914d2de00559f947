"""What a tier says about itself."""

from __future__ import annotations

from typing import Final, Literal

import pytest

from engine.gate.tier_words import (
    TierChances,
    leaked_sentence,
    pass_sentence,
    tier_sentence,
)

Language = Literal["en", "de"]
OWN: Final = TierChances(
    noise_paper=0.081, noise_testnet=0.0047, power_paper=0.11, cap=0.10 / 3, own=True
)


def test_paper_says_how_weak_it_is() -> None:
    """Noise and edges that get as far, for this report's length and N."""
    assert tier_sentence("paper", "en", OWN) == (
        "Weak evidence: about 8 of 100 searches on pure noise get this far, and 11 of 100 searches "
        "that hold a real Sharpe-1 edge."
    )
    assert "etwa 8 von 100" in tier_sentence("paper", "de", OWN)


def test_testnet_says_one_in_how_many() -> None:
    """One noise search in 213 at a noise rate of 0.47 percent."""
    assert "in 213 " in tier_sentence("testnet", "en", OWN)
    assert "von 213 " in tier_sentence("testnet", "de", OWN)


def test_live_multiplies_cap_and_evidence() -> None:
    """a_k x 0.05 with the decimal mark of the language."""
    assert tier_sentence("live", "en", OWN).endswith("at most 0.17 %.")
    assert tier_sentence("live", "de", OWN).endswith("höchstens 0,17 %.")


@pytest.mark.parametrize("language", ["en", "de"])
def test_without_own_figures_the_table_is_named(language: Language) -> None:
    """Figures of the table say for which length they hold; own ones do not."""
    assert "100 trials" in tier_sentence("paper", "en")
    assert "(5" in tier_sentence("testnet", language)
    assert "(5" not in tier_sentence("testnet", language, OWN)


def test_chances_below_one_percent_are_not_rounded_away() -> None:
    """Half a search in a hundred is said as that."""
    assert "about 0.4 of 100" in tier_sentence("paper", "en", TierChances(noise_paper=0.004))


def test_no_measured_noise_is_no_division() -> None:
    """A noise rate of zero has no "1 in"."""
    assert "∞" in tier_sentence("testnet", "en", TierChances(noise_testnet=0.0))


def test_a_pass_never_works() -> None:
    """The design's own words."""
    assert pass_sentence("en") == 'A pass means "may be tried", never "works".'
    assert "nie „funktioniert“" in pass_sentence("de")


@pytest.mark.parametrize(("looks", "words"), [(1, "1 look "), (3, "3 looks ")])
def test_leaks_are_counted(looks: int, words: str) -> None:
    """How many looks' figures people have seen, and that the bound is gone."""
    text = leaked_sentence(looks, "en")
    assert text.startswith(f"Figures of {words}on this window were seen by people.")
    assert "no longer holds" in text
    assert "gilt dann nicht mehr" in leaked_sentence(looks, "de")


def test_nothing_seen_is_nothing_said() -> None:
    """No leak, no sentence."""
    assert not leaked_sentence(0, "en")
