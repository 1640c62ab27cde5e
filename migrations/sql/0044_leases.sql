-- What one process of many may do and the others may not, for how long, and how often it was taken.
-- A process has a row of its own (`process/KIND-NUMBER`), renewed with all that it holds in one
-- statement: so whatever a process holds lapses at once, and with it the process. Its fence is 0
-- while it starts, and 1 once it wants a share.
CREATE TABLE leases (
  name text PRIMARY KEY,
  holder text NOT NULL DEFAULT '',
  fence bigint NOT NULL DEFAULT 0,
  since timestamptz NOT NULL DEFAULT now(),
  until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

CREATE FUNCTION join_leases(me text, seconds double precision) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO leases (name, holder, until)
  VALUES ('process/' || me, me, clock_timestamp() + make_interval(secs => seconds));
$$;

-- Frees what a process held that lapsed, once no session of it is left: whatever it still asks the
-- database for after that fails, and the sessions that it opens find it gone (see leave_leases).
CREATE FUNCTION bury_lapsed() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  dead text;
  sessions integer[];
BEGIN
  FOR dead IN
    SELECT holder FROM leases
    WHERE starts_with(name, 'process/') AND until <= clock_timestamp()
    ORDER BY name FOR UPDATE SKIP LOCKED
  LOOP
    SELECT coalesce(array_agg(pid), '{}') INTO sessions FROM pg_stat_activity
    WHERE application_name = dead AND datname = current_database() AND usename = current_user;
    CONTINUE WHEN NOT (SELECT coalesce(bool_and(pg_terminate_backend(s, 1000)), true)
                       FROM unnest(sessions) s);
    DELETE FROM leases WHERE name = 'process/' || dead;
    UPDATE leases SET holder = '', until = '-infinity' WHERE holder = dead;
  END LOOP;
END $$;

-- Renews all that a process holds of what it wants, gives back what it is done with, and takes what
-- is free up to its share among the living of its kind. Nothing is taken before all others of the
-- kind have renewed behind its coming: then each of them knows how many they are. What is not
-- `shared` is one process's as a whole.
CREATE FUNCTION keep_leases(
  me text, kind text, wanted text[], done text[], shared boolean, seconds double precision,
  OUT is_alive boolean, OUT alive integer, OUT names text[], OUT fences bigint[]
)
LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := clock_timestamp();
  ends timestamptz := moment + make_interval(secs => seconds);
  came timestamptz;
  all_know boolean;
  missing integer;
BEGIN
  UPDATE leases SET until = ends, fence = 1,
    since = CASE fence WHEN 0 THEN moment ELSE since END
  WHERE name = 'process/' || me AND until > moment RETURNING since INTO came;
  is_alive := FOUND;
  IF NOT is_alive THEN
    RETURN;
  END IF;
  PERFORM bury_lapsed();
  SELECT count(*), bool_and(until >= came + make_interval(secs => seconds)) INTO alive, all_know
  FROM leases WHERE starts_with(name, 'process/' || kind || '-') AND fence > 0;
  UPDATE leases SET until = ends WHERE holder = me AND name = ANY (wanted);
  UPDATE leases SET holder = '', until = '-infinity' WHERE holder = me AND name = ANY (done);
  SELECT ceil(cardinality(wanted)::numeric / CASE WHEN shared THEN alive ELSE 1 END) - count(*)
  INTO missing
  FROM leases WHERE holder = me AND name = ANY (wanted);
  IF all_know AND missing > 0 THEN
    INSERT INTO leases (name) SELECT w FROM unnest(wanted) w
    WHERE NOT EXISTS (SELECT FROM leases l WHERE l.name = w) ON CONFLICT DO NOTHING;
    UPDATE leases SET holder = me, until = ends, fence = fence + 1, since = clock_timestamp()
    WHERE name IN (
      SELECT name FROM leases WHERE name = ANY (wanted) AND holder = '' AND name <> ALL (done)
      ORDER BY name LIMIT missing FOR UPDATE SKIP LOCKED
    );
  END IF;
  SELECT coalesce(array_agg(name ORDER BY name), '{}'), coalesce(array_agg(fence ORDER BY name), '{}')
  INTO names, fences FROM leases WHERE holder = me AND name = ANY (wanted);
END $$;

-- A process that ends well: all that it held is free at once.
CREATE FUNCTION leave_leases(me text) RETURNS void
LANGUAGE sql AS $$
  DELETE FROM leases WHERE name = 'process/' || me;
  UPDATE leases SET holder = '', until = '-infinity' WHERE holder = me;
$$;

-- What people typed in secret, sealed, on its way from the process that heard it to the one that
-- answers. It is written to no log, and gone after a crash: then it is asked for again.
CREATE UNLOGGED TABLE typed_secrets (
  update_id bigint PRIMARY KEY,
  sealed bytea NOT NULL,
  kept_at timestamptz NOT NULL DEFAULT now()
);

-- An update lies in the shard of the last six bits of its lane.
CREATE INDEX IF NOT EXISTS ix_inbox_shard ON inbox ((lane & 63), arrival) WHERE closed_at IS NULL;
