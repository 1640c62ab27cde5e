-- The price history: candles beside the ticks, more of the day's figures, and what people watch.
-- The version before works on as it did: nothing that it reads or writes is renamed or narrowed.

-- Candles are made of ticks by time, for all tokens at once; and an index that grows at its end
-- only is far cheaper to keep than one that each COPY touches in as many places as there are tokens.
CREATE INDEX ix_token_prices_received_at ON token_prices (received_at);
DROP INDEX ix_token_prices_token;

CREATE TABLE candles (
  token_id INTEGER NOT NULL,
  interval_seconds INTEGER NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  open NUMERIC NOT NULL,
  high NUMERIC NOT NULL,
  low NUMERIC NOT NULL,
  close NUMERIC NOT NULL,
  volume_sol NUMERIC,
  ticks INTEGER NOT NULL,
  source TEXT NOT NULL,
  CONSTRAINT pk_candles PRIMARY KEY (token_id, interval_seconds, opened_at),
  CONSTRAINT ck_candles_interval_known CHECK (interval_seconds IN (60, 300, 900, 3600, 14400, 86400)),
  CONSTRAINT ck_candles_prices_finite CHECK (low >= 0 AND high < 'Infinity' AND high <> 'NaN'),
  CONSTRAINT ck_candles_prices_ordered CHECK (low <= least(open, close) AND high >= greatest(open, close)),
  CONSTRAINT ck_candles_volume_finite CHECK (volume_sol IS NULL OR (volume_sol >= 0 AND volume_sol < 'Infinity' AND volume_sol <> 'NaN'))
);

CREATE INDEX ix_candles_opened_at ON candles (interval_seconds, opened_at);

CREATE TABLE candle_progress (
  interval_seconds INTEGER NOT NULL,
  built_until TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_candle_progress PRIMARY KEY (interval_seconds)
);

ALTER TABLE token_metrics
  ADD COLUMN change_1h NUMERIC,
  ADD COLUMN volatility_24h NUMERIC,
  ADD COLUMN liquidity_lamports NUMERIC(38, 0),
  ADD COLUMN holders BIGINT,
  ADD COLUMN shape_24h TEXT DEFAULT '' NOT NULL;

CREATE TABLE watchlist (
  user_id BIGINT NOT NULL,
  token_id INTEGER NOT NULL,
  added_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_watchlist PRIMARY KEY (user_id, token_id),
  CONSTRAINT fk_watchlist_user_id FOREIGN KEY(user_id) REFERENCES users (user_id),
  CONSTRAINT fk_watchlist_token_id FOREIGN KEY(token_id) REFERENCES solana_tokens (token_id)
);

INSERT INTO role_limits (role, name, value) VALUES
  ('basic', 'watched_tokens', 20),
  ('premium', 'watched_tokens', 100),
  ('admin', 'watched_tokens', NULL);

-- Makes the partition of a UTC day, if it is not there, and moves into it what of that day fell
-- into the default one meanwhile. Tells whether it made one.
CREATE FUNCTION make_price_day(p_day date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  part text := 'token_prices_' || to_char(p_day, 'YYYYMMDD');
  since timestamptz := p_day::timestamp AT TIME ZONE 'UTC';
  until timestamptz := (p_day + 1)::timestamp AT TIME ZONE 'UTC';
BEGIN
  -- The lock of the version before: two makers that meet wait for each other.
  PERFORM pg_advisory_xact_lock(7102027);
  IF to_regclass(part) IS NOT NULL THEN
    RETURN false;
  END IF;
  LOCK TABLE token_prices_default IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE %I (LIKE token_prices INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
  EXECUTE format(
    'WITH gone AS (
       DELETE FROM token_prices_default WHERE received_at >= %L AND received_at < %L RETURNING *)
     INSERT INTO %I SELECT * FROM gone', since, until, part);
  EXECUTE format(
    'ALTER TABLE token_prices ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, since, until);
  RETURN true;
END $$;

-- Makes candles of one interval from the next smaller one, of whole buckets between two moments.
-- Other people's candles fill what we have not seen, but a candle of theirs alone stays theirs.
CREATE FUNCTION roll_candles(
  p_from integer, p_to integer, p_since timestamptz, p_until timestamptz
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO candles AS c
  SELECT token_id, p_to, date_bin(make_interval(secs => p_to), opened_at, 'epoch') AS bucket,
         (array_agg(open ORDER BY opened_at))[1], max(high), min(low),
         (array_agg(close ORDER BY opened_at DESC))[1],
         CASE WHEN count(volume_sol) = count(*) THEN sum(volume_sol) END, sum(ticks),
         CASE WHEN bool_and(source = 'ticks') THEN 'ticks' ELSE 'mixed' END
  FROM candles
  WHERE interval_seconds = p_from AND opened_at >= p_since AND opened_at < p_until
  GROUP BY token_id, bucket
  HAVING bool_or(source IN ('ticks', 'mixed'))
  ORDER BY token_id, bucket
  ON CONFLICT ON CONSTRAINT pk_candles DO UPDATE SET
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    volume_sol = coalesce(excluded.volume_sol, c.volume_sol), ticks = excluded.ticks,
    source = excluded.source
  WHERE (c.open, c.high, c.low, c.close, c.ticks, c.source) IS DISTINCT FROM
        (excluded.open, excluded.high, excluded.low, excluded.close, excluded.ticks, excluded.source)
$$;

-- Makes candles of what was recorded since the last time, until `p_now` less ten seconds for
-- prices still on their way, and a quarter of an hour of prices at most: tells whether more waits.
-- The last two minutes are made again each time, for prices that came late. All of it depends on the
-- prices alone, so a build that was killed is simply done again.
CREATE FUNCTION build_candles(p_now timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  since timestamptz;
  until timestamptz;
  newest timestamptz := date_bin('1 minute', p_now - interval '10 seconds', 'epoch');
  smaller integer := 60;
  larger integer;
  width interval;
BEGIN
  IF NOT pg_try_advisory_xact_lock(7102028) THEN
    RETURN false;
  END IF;
  SELECT built_until - interval '2 minutes' INTO since FROM candle_progress WHERE interval_seconds = 60;
  IF since IS NULL THEN
    SELECT date_bin('1 day', min(received_at), 'epoch') INTO since FROM token_prices;
  END IF;
  IF since IS NULL THEN
    RETURN false;
  END IF;
  until := least(newest, date_bin('1 minute', since, 'epoch') + interval '15 minutes');
  IF until <= since THEN
    RETURN false;
  END IF;

  INSERT INTO candles AS c
  SELECT token_id, 60, date_bin('1 minute', received_at, 'epoch') AS bucket,
         (array_agg(price ORDER BY received_at, slot, price))[1], max(price), min(price),
         (array_agg(price ORDER BY received_at DESC, slot DESC, price DESC))[1],
         NULL, count(*), 'ticks'
  FROM token_prices
  WHERE received_at >= since AND received_at < until
  GROUP BY token_id, bucket
  ORDER BY token_id, bucket
  ON CONFLICT ON CONSTRAINT pk_candles DO UPDATE SET
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    ticks = excluded.ticks, source = excluded.source
  WHERE (c.open, c.high, c.low, c.close, c.ticks, c.source) IS DISTINCT FROM
        (excluded.open, excluded.high, excluded.low, excluded.close, excluded.ticks, excluded.source);
  INSERT INTO candle_progress VALUES (60, until)
  ON CONFLICT (interval_seconds) DO UPDATE SET built_until = excluded.built_until;

  FOREACH larger IN ARRAY ARRAY[300, 900, 3600, 14400, 86400] LOOP
    width := make_interval(secs => larger);
    IF date_bin(width, since, 'epoch') < date_bin(width, until, 'epoch') THEN
      PERFORM roll_candles(smaller, larger, date_bin(width, since, 'epoch'),
                           date_bin(width, until, 'epoch'));
    END IF;
    INSERT INTO candle_progress VALUES (larger, date_bin(width, until, 'epoch'))
    ON CONFLICT (interval_seconds) DO UPDATE SET built_until = excluded.built_until;
    smaller := larger;
  END LOOP;
  RETURN until < newest;
END $$;
