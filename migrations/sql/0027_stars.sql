-- Premium paid with Telegram Stars: what was offered to whom, what Telegram says was paid and given
-- back, and the premium that follows from it. All of it can come twice, late and in any order, so
-- nothing is added up: premium lasts until the latest end among the charges that stand.

CREATE TABLE star_invoices (
  user_id BIGINT NOT NULL,
  invoice_id TEXT NOT NULL, -- the payload; drawn, so that nobody can guess one
  stars INTEGER NOT NULL,
  link TEXT NOT NULL DEFAULT '',
  renewal TEXT NOT NULL DEFAULT 'active',
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_star_invoices PRIMARY KEY (user_id, invoice_id),
  CONSTRAINT fk_star_invoices_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_star_invoices_stars_sound CHECK (stars > 0),
  CONSTRAINT ck_star_invoices_renewal_known CHECK (renewal IN ('active', 'canceled', 'failed'))
);
CREATE UNIQUE INDEX uq_star_invoices_invoice_id ON star_invoices (invoice_id);

CREATE TABLE star_charges (
  user_id BIGINT NOT NULL,
  charge_id TEXT NOT NULL, -- Telegram's name of the payment
  invoice_id TEXT NOT NULL,
  stars INTEGER NOT NULL,
  is_matched BOOLEAN NOT NULL DEFAULT true, -- paid for an invoice of ours, by its person, at its price
  is_first BOOLEAN NOT NULL DEFAULT false,
  paid_at TIMESTAMP WITH TIME ZONE, -- none while only its refund is known
  until TIMESTAMP WITH TIME ZONE,
  refunded_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_star_charges PRIMARY KEY (user_id, charge_id),
  CONSTRAINT fk_star_charges_user_id FOREIGN KEY (user_id) REFERENCES users (user_id),
  CONSTRAINT ck_star_charges_paid_or_refunded CHECK (
    paid_at IS NOT NULL OR refunded_at IS NOT NULL)
);
CREATE UNIQUE INDEX uq_star_charges_charge_id ON star_charges (charge_id);

-- Bring a person's premium in line with the charges that stand.
CREATE FUNCTION settle_stars(
  p_user_id bigint, p_actor_id bigint, p_at timestamptz, p_grace interval
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ends timestamptz;
  granted timestamptz;
BEGIN
  SELECT max(until) + p_grace INTO ends FROM star_charges
  WHERE user_id = p_user_id AND is_matched AND paid_at IS NOT NULL AND refunded_at IS NULL;
  SELECT until INTO granted FROM role_grants
  WHERE user_id = p_user_id AND role = 'premium' AND source = 'stars';
  IF ends > p_at THEN
    IF granted IS DISTINCT FROM ends THEN
      PERFORM grant_premium(p_user_id, ends, 'stars', p_actor_id, p_at);
    END IF;
  ELSIF granted IS NOT NULL THEN
    PERFORM end_premium(p_user_id, 'stars', p_actor_id, p_at);
  END IF;
END $$;

-- Book a payment once, whatever came before it; `known` where there was nothing new in it.
CREATE FUNCTION take_stars(
  p_charge jsonb, p_at timestamptz, p_grace interval, p_update_id bigint, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  paid star_charges := jsonb_populate_record(NULL::star_charges, p_charge);
  known star_charges%ROWTYPE;
BEGIN
  PERFORM lock_people();
  SELECT * INTO known FROM star_charges WHERE charge_id = paid.charge_id FOR UPDATE;
  IF known.user_id <> paid.user_id OR (known.paid_at IS NOT NULL AND known.until >= paid.until) THEN
    PERFORM end_update(p_update_id, '[]');
    RETURN 'known';
  END IF;
  IF NOT end_update(p_update_id, p_notices) THEN
    RETURN 'repeated';
  END IF;
  INSERT INTO star_charges AS c (user_id, charge_id, invoice_id, stars, is_matched, is_first,
    paid_at, until)
  VALUES (paid.user_id, paid.charge_id, paid.invoice_id, paid.stars, paid.is_matched,
    paid.is_first, paid.paid_at, paid.until)
  ON CONFLICT (user_id, charge_id) DO UPDATE SET invoice_id = excluded.invoice_id,
    stars = excluded.stars, is_matched = excluded.is_matched, is_first = excluded.is_first,
    paid_at = coalesce(c.paid_at, excluded.paid_at), until = greatest(c.until, excluded.until);
  PERFORM settle_stars(paid.user_id, paid.user_id, p_at, p_grace);
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (paid.user_id, paid.user_id,
    'stars.paid', jsonb_build_object('charge', paid.charge_id, 'stars', paid.stars,
      'until', paid.until, 'is_matched', paid.is_matched));
  RETURN 'booked';
END $$;

CREATE FUNCTION note_refund(p star_charges, p_actor_id bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO audit_log (user_id, actor_id, action, details) VALUES (p.user_id, p_actor_id,
    'stars.refunded', jsonb_build_object('charge', p.charge_id, 'stars', p.stars))
$$;

-- Note that a charge was given back, once, also where its payment is still on its way. Telegram's
-- own word of a refund may overtake the admin who asked for it: they get their answer, and their row
-- in the audit log, all the same.
CREATE FUNCTION give_back_stars(
  p_charge jsonb, p_actor_id bigint, p_at timestamptz, p_grace interval, p_update_id bigint,
  p_answer jsonb, p_notices jsonb
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  given star_charges := jsonb_populate_record(NULL::star_charges, p_charge);
  known star_charges%ROWTYPE;
BEGIN
  PERFORM lock_people();
  SELECT * INTO known FROM star_charges WHERE charge_id = given.charge_id FOR UPDATE;
  IF known.user_id <> given.user_id OR known.refunded_at IS NOT NULL THEN
    IF end_update(p_update_id, p_answer) AND p_actor_id <> given.user_id THEN
      PERFORM note_refund(given, p_actor_id);
    END IF;
    RETURN 'known';
  END IF;
  IF NOT end_update(p_update_id, p_answer || p_notices) THEN
    RETURN 'repeated';
  END IF;
  INSERT INTO star_charges (user_id, charge_id, invoice_id, stars, refunded_at)
  VALUES (given.user_id, given.charge_id, given.invoice_id, given.stars, p_at)
  ON CONFLICT (user_id, charge_id) DO UPDATE SET refunded_at = excluded.refunded_at;
  PERFORM settle_stars(given.user_id, p_actor_id, p_at, p_grace);
  PERFORM note_refund(given, p_actor_id);
  RETURN 'booked';
END $$;
