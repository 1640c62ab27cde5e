-- Alerts of every kind, and a record of each firing with its moments. Nothing used the table yet.

ALTER TABLE alerts
  ALTER COLUMN token_id DROP NOT NULL,
  ALTER COLUMN level DROP NOT NULL,
  DROP CONSTRAINT ck_alerts_side_known,
  ADD CONSTRAINT ck_alerts_side_known CHECK (side IN ('above', 'below', 'both')),
  ADD COLUMN kind TEXT NOT NULL DEFAULT 'price',
  ADD COLUMN in_usd BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN gauge TEXT,
  ADD COLUMN upper NUMERIC,
  ADD COLUMN lower NUMERIC,
  ADD COLUMN anchor NUMERIC,
  ADD COLUMN move_bps INTEGER,
  ADD COLUMN is_recurring BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN position_number INTEGER,
  ADD COLUMN season INTEGER,
  ADD COLUMN basis TEXT NOT NULL DEFAULT '',
  ADD COLUMN request_id TEXT,
  ADD COLUMN snoozed_until TIMESTAMP WITH TIME ZONE,
  ADD COLUMN ended_at TIMESTAMP WITH TIME ZONE,
  ADD CONSTRAINT ck_alerts_kind_known CHECK (kind IN ('price', 'market_cap', 'move', 'volume',
    'liquidity', 'position', 'equity')),
  ADD CONSTRAINT ck_alerts_gauge_known CHECK (gauge IN ('price_sol', 'price_usd', 'liquidity_sol',
    'volume_usd')),
  ADD CONSTRAINT ck_alerts_upper_finite CHECK (
    upper >= 0 AND upper < 'Infinity' AND upper <> 'NaN'),
  ADD CONSTRAINT ck_alerts_lower_finite CHECK (
    lower >= 0 AND lower < 'Infinity' AND lower <> 'NaN'),
  ADD CONSTRAINT ck_alerts_anchor_finite CHECK (
    anchor >= 0 AND anchor < 'Infinity' AND anchor <> 'NaN'),
  ADD CONSTRAINT ck_alerts_token_unless_equity CHECK (
    (token_id IS NULL) = (gauge IS NULL) AND (kind = 'equity') = (token_id IS NULL));

-- The claim looks alerts up by their id alone, and the start reads them all.
CREATE INDEX ix_alerts_armed ON alerts (alert_id) WHERE state = 'armed';
CREATE UNIQUE INDEX uq_alerts_request ON alerts (user_id, request_id);
CREATE INDEX ix_alerts_snoozed ON alerts (snoozed_until)
  WHERE state = 'armed' AND snoozed_until IS NOT NULL;
CREATE INDEX ix_alerts_followed ON alerts (user_id, alert_id)
  WHERE state = 'armed' AND kind IN ('position', 'equity');
CREATE INDEX ix_alerts_ended ON alerts (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE alert_firings (
  user_id BIGINT NOT NULL,
  firing_id BIGINT GENERATED ALWAYS AS IDENTITY,
  alert_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  token_id INTEGER,
  level NUMERIC NOT NULL,
  value NUMERIC NOT NULL,
  loudness TEXT NOT NULL,
  source_at TIMESTAMP WITH TIME ZONE,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  confirmed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  fired_at TIMESTAMP WITH TIME ZONE NOT NULL,
  notice_id BIGINT,
  CONSTRAINT pk_alert_firings PRIMARY KEY (user_id, firing_id),
  CONSTRAINT fk_alert_firings_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_alert_firings_level_finite CHECK (
    level >= 0 AND level < 'Infinity' AND level <> 'NaN'),
  CONSTRAINT ck_alert_firings_value_finite CHECK (
    value >= 0 AND value < 'Infinity' AND value <> 'NaN'),
  CONSTRAINT ck_alert_firings_loudness_known CHECK (loudness IN ('on', 'silent', 'off'))
);

CREATE INDEX ix_alert_firings_of ON alert_firings (user_id, fired_at);
CREATE INDEX ix_alert_firings_fired_at ON alert_firings (fired_at);

INSERT INTO role_limits (role, name, value) VALUES
  ('basic', 'alerts', 20), ('premium', 'alerts', 200), ('admin', 'alerts', NULL);
