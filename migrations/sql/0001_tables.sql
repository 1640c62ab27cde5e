-- The tables of the core as they were first made; later changes are later migrations.

CREATE TABLE audit_log (
  user_id BIGINT NOT NULL,
  audit_id BIGINT GENERATED ALWAYS AS IDENTITY,
  actor_id BIGINT NOT NULL,
  action TEXT NOT NULL,
  details JSONB DEFAULT '{}'::jsonb NOT NULL,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_audit_log PRIMARY KEY (user_id, audit_id)
);

CREATE TABLE inbox (
  update_id BIGINT NOT NULL,
  arrival BIGINT GENERATED ALWAYS AS IDENTITY,
  lane BIGINT NOT NULL,
  raw TEXT NOT NULL,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  failure TEXT DEFAULT '' NOT NULL,
  CONSTRAINT pk_inbox PRIMARY KEY (update_id)
);

CREATE INDEX ix_inbox_open ON inbox (arrival) WHERE closed_at IS NULL;

CREATE TABLE outbox (
  notice_id BIGINT GENERATED ALWAYS AS IDENTITY,
  chat_id BIGINT NOT NULL,
  update_id BIGINT,
  method TEXT NOT NULL,
  payload JSONB NOT NULL,
  priority SMALLINT NOT NULL,
  state TEXT DEFAULT 'waiting' NOT NULL,
  attempts INTEGER DEFAULT '0' NOT NULL,
  failure TEXT DEFAULT '' NOT NULL,
  message_id BIGINT,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  sent_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_outbox PRIMARY KEY (notice_id),
  CONSTRAINT ck_outbox_state_known CHECK (state IN ('waiting', 'sent', 'given_up'))
);

CREATE INDEX ix_outbox_waiting ON outbox (priority, notice_id) WHERE state = 'waiting';

CREATE TABLE role_limits (
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  value NUMERIC(38, 0),
  CONSTRAINT pk_role_limits PRIMARY KEY (role, name),
  CONSTRAINT ck_role_limits_role_known CHECK (role IN ('basic', 'premium', 'admin')),
  CONSTRAINT ck_role_limits_value_sound CHECK (value IS NULL OR (value >= 0 AND value <> 'NaN')),
  CONSTRAINT ck_role_limits_grant_something CHECK (name <> 'starting_grant_lamports' OR coalesce(value, 0) > 0)
);

CREATE TABLE solana_tokens (
  token_id INTEGER GENERATED ALWAYS AS IDENTITY,
  mint TEXT NOT NULL,
  symbol TEXT NOT NULL,
  name TEXT NOT NULL,
  decimals SMALLINT NOT NULL,
  program TEXT NOT NULL,
  supply NUMERIC(38, 0) NOT NULL,
  mint_authority TEXT,
  freeze_authority TEXT,
  risks JSONB DEFAULT '[]'::jsonb NOT NULL,
  symbol_warning TEXT DEFAULT '' NOT NULL,
  pools JSONB DEFAULT '[]'::jsonb NOT NULL,
  tracked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_solana_tokens PRIMARY KEY (token_id),
  CONSTRAINT ck_solana_tokens_decimals_sound CHECK (decimals BETWEEN 0 AND 255),
  CONSTRAINT ck_solana_tokens_supply_sound CHECK (supply >= 0 AND supply <> 'NaN'),
  CONSTRAINT uq_solana_tokens_mint UNIQUE (mint)
);

CREATE INDEX ix_solana_tokens_symbol ON solana_tokens (lower(symbol));

CREATE TABLE token_prices (
  token_id INTEGER NOT NULL,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  price NUMERIC NOT NULL,
  usd NUMERIC,
  liquidity_lamports NUMERIC(38, 0) NOT NULL,
  slot BIGINT NOT NULL,
  source TEXT NOT NULL,
  CONSTRAINT ck_token_prices_price_finite CHECK (price >= 0 AND price < 'Infinity' AND price <> 'NaN'),
  CONSTRAINT ck_token_prices_usd_finite CHECK (usd IS NULL OR (usd >= 0 AND usd < 'Infinity' AND usd <> 'NaN'))
)
 PARTITION BY RANGE (received_at);

CREATE INDEX ix_token_prices_token ON token_prices (token_id, received_at);

CREATE TABLE users (
  user_id BIGINT NOT NULL,
  role TEXT DEFAULT 'basic' NOT NULL,
  role_from TEXT DEFAULT 'default' NOT NULL,
  status TEXT DEFAULT 'active' NOT NULL,
  first_name TEXT NOT NULL,
  username TEXT,
  language TEXT,
  settings JSONB DEFAULT '{}'::jsonb NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_users PRIMARY KEY (user_id),
  CONSTRAINT ck_users_role_known CHECK (role IN ('basic', 'premium', 'admin')),
  CONSTRAINT ck_users_role_from_known CHECK (role_from IN ('default', 'settings', 'command')),
  CONSTRAINT ck_users_status_known CHECK (status IN ('active', 'frozen', 'banned'))
);

CREATE TABLE alerts (
  user_id BIGINT NOT NULL,
  alert_id BIGINT GENERATED ALWAYS AS IDENTITY,
  token_id INTEGER NOT NULL,
  side TEXT NOT NULL,
  level NUMERIC NOT NULL,
  state TEXT DEFAULT 'armed' NOT NULL,
  generation INTEGER DEFAULT '0' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  fired_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_alerts PRIMARY KEY (user_id, alert_id),
  CONSTRAINT fk_alerts_user_id FOREIGN KEY(user_id) REFERENCES users (user_id),
  CONSTRAINT fk_alerts_token_id FOREIGN KEY(token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_alerts_side_known CHECK (side IN ('above', 'below')),
  CONSTRAINT ck_alerts_state_known CHECK (state IN ('armed', 'fired', 'cancelled')),
  CONSTRAINT ck_alerts_level_finite CHECK (level >= 0 AND level < 'Infinity' AND level <> 'NaN')
);

CREATE TABLE dialogs (
  user_id BIGINT NOT NULL,
  chat_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  data JSONB NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_dialogs PRIMARY KEY (user_id, chat_id),
  CONSTRAINT fk_dialogs_user_id FOREIGN KEY(user_id) REFERENCES users (user_id)
);

CREATE TABLE token_metrics (
  token_id INTEGER NOT NULL,
  change_24h NUMERIC,
  high_24h NUMERIC,
  low_24h NUMERIC,
  computed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_token_metrics PRIMARY KEY (token_id),
  CONSTRAINT fk_token_metrics_token_id FOREIGN KEY(token_id) REFERENCES solana_tokens (token_id)
);

CREATE TABLE virtual_wallets (
  user_id BIGINT NOT NULL,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  is_current BOOLEAN DEFAULT true NOT NULL,
  version BIGINT DEFAULT '0' NOT NULL,
  grant_lamports NUMERIC(38, 0) NOT NULL,
  last_position INTEGER DEFAULT '0' NOT NULL,
  last_order INTEGER DEFAULT '0' NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_virtual_wallets PRIMARY KEY (user_id, mode, season),
  CONSTRAINT fk_virtual_wallets_user_id FOREIGN KEY(user_id) REFERENCES users (user_id),
  CONSTRAINT ck_virtual_wallets_mode_known CHECK (mode IN ('paper', 'live')),
  CONSTRAINT ck_virtual_wallets_grant_lamports_sound CHECK (grant_lamports >= 0 AND grant_lamports <> 'NaN')
);

CREATE UNIQUE INDEX uq_virtual_wallets_current ON virtual_wallets (user_id, mode) WHERE is_current;

CREATE TABLE accounts (
  user_id BIGINT NOT NULL,
  account_id BIGINT GENERATED ALWAYS AS IDENTITY,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  kind TEXT NOT NULL,
  asset TEXT NOT NULL,
  position_number INTEGER DEFAULT '0' NOT NULL,
  balance NUMERIC(38, 0) DEFAULT '0' NOT NULL,
  held NUMERIC(38, 0) DEFAULT '0' NOT NULL,
  CONSTRAINT pk_accounts PRIMARY KEY (user_id, account_id),
  CONSTRAINT uq_accounts_key UNIQUE (user_id, mode, season, kind, asset, position_number),
  CONSTRAINT fk_accounts_user_id_mode_season FOREIGN KEY(user_id, mode, season) REFERENCES virtual_wallets (user_id, mode, season),
  CONSTRAINT ck_accounts_kind_known CHECK (kind IN ('cash', 'margin', 'holding', 'rent', 'fees', 'market', 'faucet', 'debt', 'insurance')),
  CONSTRAINT ck_accounts_balance_sound CHECK (balance <> 'NaN'),
  CONSTRAINT ck_accounts_held_sound CHECK (held >= 0 AND held <> 'NaN'),
  CONSTRAINT ck_accounts_never_negative CHECK (kind IN ('market', 'faucet', 'debt', 'insurance') OR balance - held >= 0)
);

CREATE TABLE positions (
  user_id BIGINT NOT NULL,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  number INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  side TEXT NOT NULL,
  state TEXT NOT NULL,
  token_units NUMERIC(38, 0) NOT NULL,
  cost_lamports NUMERIC(38, 0) NOT NULL,
  margin_lamports NUMERIC(38, 0) NOT NULL,
  proceeds_lamports NUMERIC(38, 0) NOT NULL,
  rent_lamports NUMERIC(38, 0) NOT NULL,
  leverage SMALLINT NOT NULL,
  realised_pnl_lamports NUMERIC(38, 0) NOT NULL,
  fees_lamports NUMERIC(38, 0) NOT NULL,
  entry_price NUMERIC NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  closed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_positions PRIMARY KEY (user_id, mode, season, number),
  CONSTRAINT fk_positions_user_id_mode_season FOREIGN KEY(user_id, mode, season) REFERENCES virtual_wallets (user_id, mode, season),
  CONSTRAINT fk_positions_token_id FOREIGN KEY(token_id) REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_positions_side_known CHECK (side IN ('long', 'short')),
  CONSTRAINT ck_positions_state_known CHECK (state IN ('open', 'closed', 'liquidated')),
  CONSTRAINT ck_positions_closed_when_closed CHECK ((state = 'open') = (closed_at IS NULL)),
  CONSTRAINT ck_positions_open_holds_something CHECK ((state = 'open') = (token_units > 0)),
  CONSTRAINT ck_positions_realised_pnl_sound CHECK (realised_pnl_lamports <> 'NaN'),
  CONSTRAINT ck_positions_token_units_sound CHECK (token_units >= 0 AND token_units <> 'NaN'),
  CONSTRAINT ck_positions_cost_lamports_sound CHECK (cost_lamports >= 0 AND cost_lamports <> 'NaN'),
  CONSTRAINT ck_positions_margin_lamports_sound CHECK (margin_lamports >= 0 AND margin_lamports <> 'NaN'),
  CONSTRAINT ck_positions_proceeds_lamports_sound CHECK (proceeds_lamports >= 0 AND proceeds_lamports <> 'NaN'),
  CONSTRAINT ck_positions_rent_lamports_sound CHECK (rent_lamports >= 0 AND rent_lamports <> 'NaN'),
  CONSTRAINT ck_positions_fees_lamports_sound CHECK (fees_lamports >= 0 AND fees_lamports <> 'NaN'),
  CONSTRAINT ck_positions_entry_price_finite CHECK (entry_price >= 0 AND entry_price < 'Infinity' AND entry_price <> 'NaN')
);

CREATE INDEX ix_positions_open_token ON positions (token_id) WHERE state = 'open';

CREATE INDEX ix_positions_open_short ON positions (token_id, token_units) WHERE state = 'open' AND side = 'short';

CREATE UNIQUE INDEX uq_positions_open ON positions (user_id, mode, season, token_id) WHERE state = 'open';

CREATE TABLE orders (
  user_id BIGINT NOT NULL,
  mode TEXT NOT NULL,
  season INTEGER NOT NULL,
  number INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  position_number INTEGER NOT NULL,
  token_id INTEGER NOT NULL,
  action TEXT NOT NULL,
  side TEXT NOT NULL,
  state TEXT NOT NULL,
  sol_lamports NUMERIC(38, 0) NOT NULL,
  token_units NUMERIC(38, 0) NOT NULL,
  receipt JSONB NOT NULL,
  source_at TIMESTAMP WITH TIME ZONE,
  received_at TIMESTAMP WITH TIME ZONE NOT NULL,
  decided_at TIMESTAMP WITH TIME ZONE NOT NULL,
  filled_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_orders PRIMARY KEY (user_id, mode, season, number),
  CONSTRAINT uq_orders_user_id_request_id UNIQUE (user_id, request_id),
  CONSTRAINT fk_orders_user_id_mode_season_position_number FOREIGN KEY(user_id, mode, season, position_number) REFERENCES positions (user_id, mode, season, number),
  CONSTRAINT ck_orders_action_known CHECK (action IN ('open', 'close', 'liquidate')),
  CONSTRAINT ck_orders_state_known CHECK (state IN ('filled', 'rejected')),
  CONSTRAINT ck_orders_sol_lamports_sound CHECK (sol_lamports >= 0 AND sol_lamports <> 'NaN'),
  CONSTRAINT ck_orders_token_units_sound CHECK (token_units >= 0 AND token_units <> 'NaN')
);

CREATE INDEX ix_orders_filled_at ON orders (user_id, filled_at);

CREATE TABLE transfers (
  user_id BIGINT NOT NULL,
  transfer_id BIGINT GENERATED ALWAYS AS IDENTITY,
  request_id TEXT NOT NULL,
  step SMALLINT NOT NULL,
  debit_account BIGINT NOT NULL,
  credit_account BIGINT NOT NULL,
  amount NUMERIC(38, 0) NOT NULL,
  code TEXT NOT NULL,
  kind TEXT DEFAULT 'post' NOT NULL,
  hold_id BIGINT,
  order_number INTEGER,
  at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_transfers PRIMARY KEY (user_id, transfer_id),
  CONSTRAINT uq_transfers_user_id_request_id_step UNIQUE (user_id, request_id, step),
  CONSTRAINT fk_transfers_user_id_debit_account FOREIGN KEY(user_id, debit_account) REFERENCES accounts (user_id, account_id),
  CONSTRAINT fk_transfers_user_id_credit_account FOREIGN KEY(user_id, credit_account) REFERENCES accounts (user_id, account_id),
  CONSTRAINT fk_transfers_user_id_hold_id FOREIGN KEY(user_id, hold_id) REFERENCES transfers (user_id, transfer_id),
  CONSTRAINT ck_transfers_amount_sound CHECK (amount > 0 AND amount <> 'NaN'),
  CONSTRAINT ck_transfers_two_accounts CHECK (debit_account <> credit_account),
  CONSTRAINT ck_transfers_kind_known CHECK (kind IN ('post', 'hold', 'settle', 'void')),
  CONSTRAINT ck_transfers_hold_named CHECK ((kind IN ('settle', 'void')) = (hold_id IS NOT NULL))
);

CREATE INDEX ix_transfers_credit ON transfers (user_id, credit_account);

CREATE INDEX ix_transfers_debit ON transfers (user_id, debit_account);

CREATE UNIQUE INDEX uq_transfers_hold ON transfers (user_id, hold_id) WHERE hold_id IS NOT NULL;

-- Prices of days that nobody made a partition for are kept all the same.
CREATE TABLE token_prices_default PARTITION OF token_prices DEFAULT;

INSERT INTO role_limits (role, name, value) VALUES
  ('basic', 'position_lamports', 100000000000),
  ('basic', 'open_positions', 10),
  ('basic', 'leverage', 3),
  ('basic', 'starting_grant_lamports', 100000000000),
  ('basic', 'orders_per_minute', 20),
  ('premium', 'position_lamports', 1000000000000),
  ('premium', 'open_positions', 50),
  ('premium', 'leverage', 5),
  ('premium', 'starting_grant_lamports', 1000000000000),
  ('premium', 'orders_per_minute', 60),
  ('admin', 'position_lamports', NULL),
  ('admin', 'open_positions', NULL),
  ('admin', 'leverage', 10),
  ('admin', 'starting_grant_lamports', 1000000000000),
  ('admin', 'orders_per_minute', NULL);
