"""Messages made of lawful parts in any order, as somebody might who knows the rules by heart."""

from collections.abc import Sequence
from random import Random

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from tests.builders.signing import (
    GIVEN,
    TIP,
    TOKEN,
    WANTED,
    WSOL,
    Honest,
    Scene,
    ata,
    close,
    create,
    memo,
    pay,
    program_of,
    send,
    sync,
)


def rearranged(scene: Scene, honest: Honest, random: Random) -> list[Instruction]:
    """Take the honest parts, and add, drop, double and move some."""
    parts = list(honest.instructions)
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(len(parts) + 1)
        match random.randrange(4):
            case 0 | 1:
                parts.insert(at, random.choice(palette(scene, random)))
            case 2 if len(parts) > 3:
                del parts[at - 1]
            case _:
                parts.insert(at, parts.pop(random.randrange(len(parts))))
    return parts


def palette(scene: Scene, random: Random) -> Sequence[Instruction]:
    """Every kind of part that is lawful somewhere, between everybody there is."""
    wallet, maker = scene.wallet.pubkey(), scene.maker.pubkey()
    people = (wallet, maker, scene.friend)
    amount = random.choice((1, GIVEN, WANTED, GIVEN // 2, random.randrange(10**9)))
    mint = random.choice((WSOL, scene.mint, scene.mint_2022))
    program, giver, taker = program_of(scene, mint), random.choice(people), random.choice(people)
    decimals = 9 if mint == WSOL else 6
    account = random.choice((ata(wallet, WSOL), ata(maker, WSOL), ata(wallet, scene.mint)))
    return (
        pay(giver, random.choice((*people, TIP, *wrapped(people))), amount),
        send(ata(giver, mint, program), mint, ata(taker, mint, program), random.choice(people),
             amount, decimals, program),
        create(random.choice(people), taker, mint, program),
        close(account, taker, giver),
        sync(account),
        memo(b"again", giver),
    )  # fmt: skip


def wrapped(people: Sequence[Pubkey]) -> list[Pubkey]:
    return [ata(each, WSOL, TOKEN) for each in people]
