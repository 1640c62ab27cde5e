-- What reports are made of. The version before works on as it did: it names the columns it writes.

-- A report adds up fills without reading a receipt: their figures are columns of their own, which
-- the database takes from the receipt, so that they can never say anything else.
ALTER TABLE orders
  ADD COLUMN realised_pnl_lamports NUMERIC(38, 0) GENERATED ALWAYS AS (
    CASE WHEN action <> 'open' THEN (receipt ->> 'realised_pnl_lamports')::numeric END) STORED,
  ADD COLUMN network_fee_lamports NUMERIC(38, 0) GENERATED ALWAYS AS (
    (receipt -> 'fill' ->> 'network_fee_lamports')::numeric) STORED,
  -- A fee in tokens counts at the price of the fill itself.
  ADD COLUMN pool_fee_lamports NUMERIC(38, 0) GENERATED ALWAYS AS (
    CASE WHEN (receipt -> 'fill' ->> 'pool_fee_in_sol')::boolean
           THEN (receipt -> 'fill' ->> 'pool_fee_units')::numeric
         WHEN token_units > 0
           THEN div((receipt -> 'fill' ->> 'pool_fee_units')::numeric * sol_lamports, token_units)
         ELSE 0 END) STORED,
  ADD CONSTRAINT ck_orders_realised_pnl_sound CHECK (realised_pnl_lamports <> 'NaN'),
  ADD CONSTRAINT ck_orders_network_fee_sound CHECK (network_fee_lamports <> 'NaN'),
  ADD CONSTRAINT ck_orders_pool_fee_sound CHECK (pool_fee_lamports <> 'NaN');

-- All that a report asks of a fill, so that it is answered from the index alone.
CREATE INDEX ix_orders_outcomes ON orders (user_id, mode, season, filled_at)
  INCLUDE (action, reason, token_id, position_number, realised_pnl_lamports,
           network_fee_lamports, pool_fee_lamports)
  WHERE state = 'filled';

-- What a wallet was worth, hour by hour and after its fills.
CREATE TABLE equity_points (
  user_id BIGINT NOT NULL,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  version BIGINT NOT NULL,
  equity_lamports NUMERIC(38, 0) NOT NULL,
  CONSTRAINT pk_equity_points PRIMARY KEY (user_id, mode, season, at),
  CONSTRAINT fk_equity_points_user_id_mode_season FOREIGN KEY (user_id, mode, season)
    REFERENCES virtual_wallets (user_id, mode, season),
  CONSTRAINT ck_equity_points_equity_lamports_sound
    CHECK (equity_lamports >= 0 AND equity_lamports <> 'NaN')
);
-- Points come in order of time, and only the thinning looks for them by it.
CREATE INDEX ix_equity_points_at ON equity_points USING brin (at);

-- At which of their hours people want their day's report; none without a row.
CREATE TABLE daily_reports (
  user_id BIGINT NOT NULL,
  hour SMALLINT NOT NULL,
  offset_minutes SMALLINT NOT NULL,
  next_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_daily_reports PRIMARY KEY (user_id),
  CONSTRAINT fk_daily_reports_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_daily_reports_hour_sound CHECK (hour BETWEEN 0 AND 23),
  CONSTRAINT ck_daily_reports_offset_sound CHECK (offset_minutes BETWEEN -720 AND 840)
);
CREATE INDEX ix_daily_reports_next_due_at ON daily_reports (next_due_at);

-- Who lets a group see how they do.
CREATE TABLE leaderboard_members (
  user_id BIGINT NOT NULL,
  chat_id BIGINT NOT NULL,
  joined_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_leaderboard_members PRIMARY KEY (user_id, chat_id),
  CONSTRAINT fk_leaderboard_members_user_id FOREIGN KEY (user_id) REFERENCES users (user_id)
);
CREATE INDEX ix_leaderboard_members_chat_id ON leaderboard_members (chat_id);
