"""Words for what is refused in groups, and to those who run the bot."""

from collections.abc import Mapping

GROUP_REFUSALS: Mapping[str, str] = {
    "in_groups_only": "That is for groups: send it in a group that I am in.",
    "other_topic": "In this group I answer in another topic. Ask there, or in our private chat.",
    "closed_here": "That is switched off in this group. It works in our private chat.",
    "not_for_you_here": "In this group I answer only some. In our private chat I answer you.",
    "not_group_admin": "Only admins of this group can do that. Ask one of them for `/setup`.",
    "no_group_right": (
        "You are an admin of this group, but may not change it. That takes the right to change "
        "the group's info."
    ),
    "bot_not_admin": (
        "I cannot see for sure who is in this group. Make me an admin of it (no right is needed), "
        "then try again."
    ),
    "money_is_ours": "Buttons that trade are switched by those who run this bot, not by a group.",
    "too_long_for_all": "That is too long for everybody: at most {limit} characters.",
}
