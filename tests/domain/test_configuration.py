"""A configuration is read as it was written, and whatever is wrong in one is named."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.configuration import (
    BadConfiguration,
    Configuration,
    differences,
    read_configuration,
)
from bot.domain.groups import SWITCHABLE, Audience, GroupSettings
from bot.domain.role_caps import ROLE_CAPS, is_sound
from bot.domain.users import Role

GROUPS = st.builds(
    GroupSettings,
    chat_id=st.integers(-(2**52), -1),
    is_set_up=st.just(value=True),
    audience=st.sampled_from(Audience),
    closed=st.frozensets(st.sampled_from(SWITCHABLE)),
    thread_id=st.none() | st.integers(1, 2**31),
    alerts=st.booleans(),
    cards=st.booleans(),
    quiet=st.booleans(),
    is_gone=st.booleans(),
)
LIMITS = st.dictionaries(st.sampled_from(sorted(ROLE_CAPS)), st.none() | st.integers(0, 200)).map(
    lambda found: {name: value for name, value in found.items() if is_sound(ROLE_CAPS[name], value)}
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="'"), max_size=30).filter(
    str.isprintable
)
CONFIGURATIONS = st.builds(
    Configuration,
    settings=st.dictionaries(st.from_regex("[A-Z_]{1,20}", fullmatch=True), TEXTS),
    secrets_set=st.lists(st.from_regex("[A-Z_]{1,20}", fullmatch=True)).map(
        lambda names: tuple(sorted(names))
    ),
    role_limits=st.dictionaries(st.sampled_from(Role), LIMITS),
    groups=st.lists(GROUPS, max_size=4).map(lambda all_: {each.chat_id: each for each in all_}),
)
NOTHING = Configuration(settings={}, secrets_set=(), role_limits={}, groups={})


@given(CONFIGURATIONS)
def test_a_configuration_is_read_as_it_was_written_and_then_changes_nothing(
    configuration: Configuration,
) -> None:
    read = read_configuration(orjson.loads(orjson.dumps(configuration.as_json())))
    assert read == configuration
    assert differences(configuration, read) == []
    changed = {change.name for change in differences(NOTHING, read)}
    assert set(configuration.settings) <= changed


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "the file"),
        ({"kitrader_configuration": 2}, "kitrader_configuration"),
        ({"tokens": {}}, "tokens"),
        ({"settings": {"PRICE_DAYS": 3}}, "settings.PRICE_DAYS"),
        ({"settings": {"PRICE_DAYS": "3\nBOT_TOKEN=1"}}, "settings.PRICE_DAYS"),
        ({"role_limits": {"king": {}}}, "role_limits.king"),
        ({"role_limits": {"basic": {"luck": 1}}}, "role_limits.basic.luck"),
        ({"role_limits": {"basic": {"leverage": None}}}, "role_limits.basic.leverage"),
        ({"role_limits": {"basic": {"position": True}}}, "role_limits.basic.position"),
        ({"groups": {"here": {}}}, "groups.here"),
        ({"groups": {"-1": {"audience": "nobody"}}}, "groups.-1.audience"),
        ({"groups": {"-1": {"audience": "admins", "loud": True}}}, "groups.-1"),
    ],
)
def test_what_is_wrong_in_a_configuration_is_named(words: object, named: str) -> None:
    whole = {"kitrader_configuration": 1, **words} if isinstance(words, dict) else words
    with pytest.raises(BadConfiguration, match=f"^{named}: "):
        read_configuration(whole)
