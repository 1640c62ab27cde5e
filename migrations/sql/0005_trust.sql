-- Tokens whose price was not believed, and when. One stands per token at most.
CREATE TABLE price_suspicions (
  suspicion_id BIGINT GENERATED ALWAYS AS IDENTITY,
  token_id INTEGER NOT NULL,
  cause TEXT NOT NULL,
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  gap NUMERIC NOT NULL,
  began_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_price_suspicions PRIMARY KEY (suspicion_id),
  CONSTRAINT fk_price_suspicions_token_id FOREIGN KEY (token_id)
    REFERENCES solana_tokens (token_id),
  CONSTRAINT ck_price_suspicions_cause_known CHECK (cause IN ('pools', 'sources')),
  CONSTRAINT ck_price_suspicions_ends_after_it_begins CHECK (ended_at >= began_at),
  CONSTRAINT ck_price_suspicions_gap_finite
    CHECK (gap >= 0 AND gap < 'Infinity' AND gap <> 'NaN')
);
CREATE UNIQUE INDEX uq_price_suspicions_standing ON price_suspicions (token_id)
  WHERE ended_at IS NULL;
