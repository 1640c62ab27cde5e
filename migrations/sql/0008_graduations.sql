-- Tokens that moved from one pool to another, such as a launch that completed. Each move once.
CREATE TABLE token_graduations (
  token_id INTEGER NOT NULL,
  to_pool TEXT NOT NULL,
  from_pool TEXT NOT NULL,
  from_kind TEXT NOT NULL,
  to_kind TEXT NOT NULL,
  noticed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_token_graduations PRIMARY KEY (token_id, to_pool),
  CONSTRAINT fk_token_graduations_token_id FOREIGN KEY (token_id)
    REFERENCES solana_tokens (token_id)
);
