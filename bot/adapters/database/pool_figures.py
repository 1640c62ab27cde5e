"""How the pool of database connections is doing, as figures for a monitoring system."""

from bot.adapters.database.connection import Pool
from bot.observability.metrics import Sample

_WORDS = {
    "size": "Connections that are open.",
    "most": "Connections that may be open.",
    "in_use": "Connections that somebody has in hand.",
    "waiting": "Callers who wait for a connection.",
}


def pool_samples(pool: Pool) -> list[Sample]:
    """Give its figures of this moment."""
    figures = {
        "size": pool.get_size(),
        "most": pool.get_max_size(),
        "in_use": pool.in_use,
        "waiting": pool.waiting,
    }
    return [
        Sample(name=f"kitrader_database_pool_{name}", kind="gauge", words=_WORDS[name], value=count)
        for name, count in figures.items()
    ]
