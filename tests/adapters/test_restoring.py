"""A backup comes back on servers of other versions than the program that wrote it."""

from bot.adapters.backups.restoring import for_server

DUMP = b"""SET lock_timeout = 0;
SET transaction_timeout = 0;
CREATE TABLE public.notes (
    words text
);
ALTER TABLE ONLY public.notes ALTER COLUMN words SET (pg_attver=26913888);
ALTER TABLE ONLY public.notes ALTER COLUMN words SET STATISTICS 500;
COPY public.notes (words) FROM stdin;
SET transaction_timeout = 0;
ALTER TABLE ONLY public.notes ALTER COLUMN words SET (pg_attver=26913888);
GRANT SELECT,MAINTAIN ON TABLE public.notes TO kitrader;
\\.
GRANT SELECT,INSERT,MAINTAIN,UPDATE ON TABLE public.notes TO kitrader;
GRANT MAINTAIN ON TABLE public.notes TO kitrader;
"""
DATA = b"".join(DUMP.splitlines(keepends=True)[7:12])


def lines(version: int) -> bytes:
    return b"".join(for_server(version, DUMP.splitlines(keepends=True)))


def test_a_server_of_any_version_is_told_nothing_that_it_does_not_know() -> None:
    for version in (150_020, 160_000, 170_000, 180_004):
        told = lines(version)
        assert DATA in told, "what people wrote is never touched"
        rest = told.replace(DATA, b"")
        assert b"transaction_timeout" not in rest
        assert b"pg_attver" not in rest
        assert b"SET STATISTICS 500" in rest
        assert (b"MAINTAIN" in rest) == (version >= 170_000)


def test_a_right_that_a_server_does_not_know_leaves_the_others() -> None:
    assert b"\nGRANT SELECT,INSERT,UPDATE ON TABLE public.notes TO kitrader;\n" in lines(150_020)
    assert lines(150_020).count(b"GRANT") == 2
    assert lines(180_004).endswith(b"".join(DUMP.splitlines(keepends=True)[12:]))
