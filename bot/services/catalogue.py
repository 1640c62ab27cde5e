"""Every use case in one frozen bundle: what the doors are handed."""

from dataclasses import dataclass

from bot.services.access import Access
from bot.services.alert_following import AlertFollowing
from bot.services.alerts import Alerts
from bot.services.backups import Backups
from bot.services.brackets import Brackets
from bot.services.candles import Candles
from bot.services.charts import Charts
from bot.services.exports import Exports
from bot.services.languages import Languages
from bot.services.leaderboards import Leaderboards
from bot.services.liquidations import Liquidations
from bot.services.live import Live
from bot.services.modes import Modes
from bot.services.monitoring import Monitoring
from bot.services.movers import Movers
from bot.services.operations import Operations
from bot.services.outside_state import OutsideState
from bot.services.people_desk import PeopleDesk
from bot.services.performance import Performance
from bot.services.premium import Premium
from bot.services.presets import PresetChoices
from bot.services.prices import Prices
from bot.services.records import Records
from bot.services.reports import Reports
from bot.services.resting import RestingOrders
from bot.services.resting_clock import RestingClock
from bot.services.rooms import Rooms
from bot.services.safeguards import Safeguards
from bot.services.safety import Safety
from bot.services.security import Security
from bot.services.suspicions import Suspicions
from bot.services.talk import Talk
from bot.services.ticks import Ticks
from bot.services.trading import Trading
from bot.services.triggers import Triggers
from bot.services.wallets import Wallets
from bot.services.watchlist import Watchlist
from bot.services.well_being import WellBeing


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What Kitrader can do; `live` is None where the operator has not turned it on."""

    access: Access
    records: Records
    languages: Languages
    modes: Modes
    prices: Prices
    premium: Premium
    presets: PresetChoices
    trading: Trading
    wallets: Wallets
    talk: Talk
    ticks: Ticks
    suspicions: Suspicions
    triggers: Triggers
    resting: RestingOrders
    brackets: Brackets
    resting_clock: RestingClock
    liquidations: Liquidations
    alerts: Alerts
    alert_following: AlertFollowing
    safety: Safety
    guards: Safeguards
    security: Security
    candles: Candles
    charts: Charts
    movers: Movers
    watchlist: Watchlist
    performance: Performance
    reports: Reports
    exports: Exports
    leaderboards: Leaderboards
    rooms: Rooms
    operations: Operations
    monitoring: Monitoring
    well_being: WellBeing
    backups: Backups | None
    outside_state: OutsideState
    people: PeopleDesk
    live: Live | None
