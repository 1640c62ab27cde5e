-- What the bot keeps about its own health; nothing here is about one person.

-- What the last proof of each kind came to: books, audit log.
CREATE TABLE health_proofs (
  proof TEXT NOT NULL,
  checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
  took_ms BIGINT NOT NULL,
  wrong INTEGER NOT NULL,
  first_wrong TEXT DEFAULT '' NOT NULL,
  counts JSONB DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT pk_health_proofs PRIMARY KEY (proof)
);

-- One row for each check that ever failed or was silenced: a restart neither repeats nor forgets.
CREATE TABLE health_alarms (
  check_name TEXT NOT NULL,
  failing_since TIMESTAMP WITH TIME ZONE,
  told_at TIMESTAMP WITH TIME ZONE,
  silenced_until TIMESTAMP WITH TIME ZONE,
  silenced_by BIGINT,
  CONSTRAINT pk_health_alarms PRIMARY KEY (check_name),
  CONSTRAINT ck_health_alarms_told_while_failing
    CHECK (told_at IS NULL OR failing_since IS NOT NULL)
);

-- Sums of a UTC day that are counted in memory and added here now and then: how long commands took
-- (`slot` is a class of length), refusals, errors, outages.
CREATE TABLE day_counts (
  day DATE NOT NULL,
  topic TEXT NOT NULL,
  name TEXT NOT NULL,
  slot SMALLINT DEFAULT 0 NOT NULL,
  count BIGINT NOT NULL,
  CONSTRAINT pk_day_counts PRIMARY KEY (day, topic, name, slot)
);

-- The days that admins were told of.
CREATE TABLE admin_reports (
  day DATE NOT NULL,
  request_id TEXT NOT NULL,
  told_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_admin_reports PRIMARY KEY (day),
  CONSTRAINT uq_admin_reports_request_id UNIQUE (request_id)
);
