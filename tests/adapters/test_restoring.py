"""A backup comes back on servers of other versions, and for another owner."""

from bot.adapters.backups.dump_script import for_server

DUMP = b"""SET lock_timeout = 0;
SET transaction_timeout = 0;
CREATE TABLE public.notes (
    words text
);
ALTER TABLE public.notes OWNER TO kitrader;
ALTER SCHEMA public OWNER TO pg_database_owner;
ALTER TABLE ONLY public.notes ALTER COLUMN words SET (pg_attver=26913888);
ALTER TABLE ONLY public.notes ALTER COLUMN words SET STATISTICS 500;
COPY public.notes (words) FROM stdin;
SET transaction_timeout = 0;
ALTER TABLE ONLY public.notes ALTER COLUMN words SET (pg_attver=26913888);
GRANT SELECT,MAINTAIN ON TABLE public.notes TO kitrader;
ALTER TABLE public.notes OWNER TO kitrader;
\\.
GRANT SELECT,INSERT,MAINTAIN,UPDATE ON TABLE public.notes TO kitrader;
GRANT MAINTAIN ON TABLE public.notes TO kitrader;
GRANT SELECT ON TABLE public.notes TO grafana;
"""
DATA = b"".join(DUMP.splitlines(keepends=True)[9:15])


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
    whole = b"GRANT SELECT,INSERT,MAINTAIN,UPDATE ON TABLE public.notes TO CURRENT_USER;\n"
    assert whole in lines(180_004)
    assert whole.replace(b"MAINTAIN,", b"") in lines(150_020)
    assert (lines(180_004).count(b"GRANT"), lines(150_020).count(b"GRANT")) == (4, 3)


def test_what_the_owner_of_the_tables_may_is_what_their_new_owner_may() -> None:
    rest = lines(180_004).replace(DATA, b"")
    assert b"kitrader" not in rest
    assert b"OWNER TO" not in rest
    assert rest.endswith(b"GRANT SELECT ON TABLE public.notes TO grafana;\n")
