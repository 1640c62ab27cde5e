"""One step of a concentrated swap: within one stretch of constant liquidity."""

from dataclasses import dataclass, replace

from bot.domain.errors import PoolTooThin
from bot.domain.pools.amounts import MAX_UNITS, ceil_div
from bot.domain.pools.sqrt_price import MAX_SQRT_PRICE, MIN_SQRT_PRICE

FEE_ONE = 1_000_000  # fee rates are in millionths
_Q64 = 64
_PRODUCT_LIMIT = 2**192  # where the program's 256-bit numerator overflows


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step took in and gave out, its fee, and where it ended.

    A fee on the input is part of `amount_in`; one on the output has left `amount_out`.
    """

    amount_in: int
    amount_out: int
    fee: int
    sqrt_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of constant liquidity from the price now towards a target price.

    `a_to_b` pays in the first token, and the price falls. Prices are Q64.64 square roots.
    Source: whirlpool `math/swap_math.rs` and `math/token_math.rs`; raydium-clmm
    `libraries/swap_math.rs` counts the same, and may take its fee from what comes out.
    """

    sqrt_price: int
    target: int
    liquidity: int
    fee_rate: int
    a_to_b: bool
    is_fee_on_input: bool = True

    def exact_in(self, amount: int) -> Step:
        """Spend up to `amount` with its fee; raises `PoolTooThin` where the program overflows."""
        net = amount
        if self.is_fee_on_input:
            net = amount * (FEE_ONE - self.fee_rate) // FEE_ONE
        whole_in = self._input_to(self.target, round_up=True)
        is_whole = whole_in <= net
        end = self.target if is_whole else self._price_after_input(net)
        net_in = whole_in if is_whole else self._input_to(end, round_up=True)
        gross_out = _counted(self._output_to(end, round_up=False))
        # Short of the target everything is spent: what rounding leaves over the pool keeps.
        return self._step(net_in, gross_out, end, spent=None if end == self.target else amount)

    def exact_out(self, amount: int) -> Step:
        """Draw up to `amount`; raises `PoolTooThin` where the program overflows."""
        gross = amount
        if not self.is_fee_on_input:
            gross = ceil_div(amount * FEE_ONE, FEE_ONE - self.fee_rate)
        whole_out = self._output_to(self.target, round_up=False)
        is_whole = whole_out <= gross
        end = self.target if is_whole else self._price_after_output(gross)
        gross_out = whole_out if is_whole else _counted(self._output_to(end, round_up=False))
        net_in = _counted(self._input_to(end, round_up=True))
        step = self._step(net_in, gross_out, end, spent=None)
        return replace(step, amount_out=min(step.amount_out, amount))

    def _step(self, net_in: int, gross_out: int, end: int, *, spent: int | None) -> Step:
        if self.is_fee_on_input:
            fee = self._fee_beside(net_in) if spent is None else spent - net_in
            return Step(amount_in=net_in + fee, amount_out=gross_out, fee=fee, sqrt_price=end)
        fee = ceil_div(gross_out * self.fee_rate, FEE_ONE)
        amount_in = net_in if spent is None else spent
        return Step(amount_in=amount_in, amount_out=gross_out - fee, fee=fee, sqrt_price=end)

    def _fee_beside(self, amount_in: int) -> int:
        return ceil_div(amount_in * self.fee_rate, FEE_ONE - self.fee_rate)

    def _input_to(self, end: int, *, round_up: bool) -> int:
        return self._first(end, round_up) if self.a_to_b else self._second(end, round_up)

    def _output_to(self, end: int, *, round_up: bool) -> int:
        return self._second(end, round_up) if self.a_to_b else self._first(end, round_up)

    def _first(self, end: int, round_up: bool) -> int:
        lower, upper = sorted((self.sqrt_price, end))
        product = _bounded(self.liquidity * (upper - lower))
        divide = ceil_div if round_up else int.__floordiv__
        return divide(product << _Q64, upper * lower)

    def _second(self, end: int, round_up: bool) -> int:
        product = self.liquidity * abs(end - self.sqrt_price)
        return ceil_div(product, 1 << _Q64) if round_up else product >> _Q64

    def _price_after_input(self, net: int) -> int:
        if self.a_to_b:
            return self._price_after_first(net)
        return self.sqrt_price + (net << _Q64) // self.liquidity

    def _price_after_output(self, amount: int) -> int:
        if not self.a_to_b:
            return self._price_after_first(-amount)
        return _inside(self.sqrt_price - ceil_div(amount << _Q64, self.liquidity))

    def _price_after_first(self, added: int) -> int:
        product = _bounded(self.liquidity * self.sqrt_price)
        divisor = (self.liquidity << _Q64) + added * self.sqrt_price
        if divisor < 1:
            raise PoolTooThin("the pool does not hold that much")
        return _inside(ceil_div(product << _Q64, divisor))


def _bounded(product: int) -> int:
    if product >= _PRODUCT_LIMIT:
        raise PoolTooThin("beyond what the program can count")
    return product


def _counted(amount: int) -> int:
    if amount > MAX_UNITS:
        raise PoolTooThin("beyond what the program can count")
    return amount


def _inside(sqrt_price: int) -> int:
    if not MIN_SQRT_PRICE <= sqrt_price <= MAX_SQRT_PRICE:
        raise PoolTooThin("beyond the end of the pool's prices")
    return sqrt_price
