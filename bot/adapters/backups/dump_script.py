"""Makes the script of a dump fit another server: other versions, and another owner."""

import re
from collections.abc import Iterable, Iterator

_SEVENTEEN = 170_000
_TIMEOUT = b"SET transaction_timeout = 0;\n"
_MARK = re.compile(rb"ALTER TABLE ONLY \S+ ALTER COLUMN \S+ SET \(pg_attver=\d+\);\n")
_OWNER = re.compile(rb"ALTER (\w+) .* OWNER TO (.+);\n")
_RIGHTS = re.compile(rb"((?:GRANT|REVOKE) )(.+)( ON .+ (?:TO|FROM) )(.+)(;\n)")
_DATA, _END_OF_DATA = re.compile(rb"COPY .* FROM stdin;\n"), b"\\.\n"


def for_server(version: int, script: Iterable[bytes]) -> Iterator[bytes]:
    """Leave out of a dump's script what a server does not know; `version` is as 150020 for 15.20.

    `transaction_timeout` and the right MAINTAIN came with PostgreSQL 17. Newer minor releases
    (15.20, say) keep a mark of their own at columns, `pg_attver`, which their own pg_dump leaves
    out and older ones do not. Whoever takes the script owns what it makes, and has just the rights
    that the owner of the tables had: of those the bot took some away from itself.
    """
    is_data = False
    owners: set[bytes] = set()
    for line in script:
        if is_data:
            is_data = line != _END_OF_DATA
            yield line
        elif _DATA.fullmatch(line):
            is_data = True
            yield line
        elif owner := _OWNER.fullmatch(line):
            if owner[1] == b"TABLE":
                owners.add(owner[2])
        elif rights := _RIGHTS.fullmatch(line):
            yield from _rights(rights, version, owners)
        elif line != _TIMEOUT and not _MARK.fullmatch(line):
            yield line


def _rights(found: re.Match[bytes], version: int, owners: set[bytes]) -> Iterator[bytes]:
    verb, rights, on, who, end = found.groups()
    if version < _SEVENTEEN:
        rights = b",".join(right for right in rights.split(b",") if right != b"MAINTAIN")
    if rights:
        yield verb + rights + on + (b"CURRENT_USER" if who in owners else who) + end
