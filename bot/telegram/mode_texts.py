"""Words of refusals around the modes, paper and live."""

from collections.abc import Mapping

MODE_REFUSALS: Mapping[str, str] = {
    "bad_mode": "{text} is no mode. Take paper or live: `/mode paper`.",
    "other_mode": (
        "That is of {cut}, and you trade {now}. Nothing was done. Ask for it again, or change "
        "over with `/mode {back}`."
    ),
    "live_wallet_missing": (
        "You have no live wallet yet. /deposit makes one and shows its address; "
        "then try `/mode live`."
    ),
    "live_long_only": (
        "LIVE: only tokens are bought and sold, without leverage and without shorts. "
        "Those are for paper: `/mode paper`."
    ),
    "paper_only": "That is for paper only. Change over with `/mode paper`; live stays as it is.",
}
