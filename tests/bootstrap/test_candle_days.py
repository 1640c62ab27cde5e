"""How long candles are kept is read from a short list, and nonsense in it is named."""

import pytest
from pydantic import ValidationError

from bot.bootstrap.candle_days import CANDLE_DAYS, days_by_interval
from bot.bootstrap.settings import Settings
from bot.domain.candles import Interval


def test_named_intervals_change_and_the_others_keep_their_default() -> None:
    days = days_by_interval(" 1m:7, 1d:36500 ,")
    assert days == {**CANDLE_DAYS, Interval.MINUTE: 7, Interval.DAY: 36_500}
    assert days_by_interval("") == CANDLE_DAYS


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDLE_DAYS", "5m:30")
    assert Settings(_env_file=None).candle_days[Interval.FIVE_MINUTES] == 30


@pytest.mark.parametrize(
    "text", ["2m:7", "1m", "1m:1", "1m:x", "1m:99999999", "1m:-3", "1m:\u0663"]
)
def test_nonsense_is_refused_by_name(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANDLE_DAYS", text)
    with pytest.raises(ValidationError, match="CANDLE_DAYS"):
        Settings(_env_file=None)
