-- Idempotency keys: claimed first, answered in the same transaction as the change, kept 30 days.
CREATE TABLE skep.idempotency_keys (
  principal_id uuid NOT NULL,
  key text NOT NULL CONSTRAINT idempotency_keys_key_check CHECK (length(key) BETWEEN 1 AND 255),
  request_hash bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  change_set uuid NOT NULL,
  status int,
  answer jsonb,  -- {"headers": {…}, "body": text up to 64 KB, or "records": [[table, id], …]}
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal_id, key)
);
CREATE INDEX idempotency_keys_created_at ON skep.idempotency_keys (created_at);

-- Raises SK001 with the kept answer as detail (replay), SK002 (same key, other request); 55P03 while a twin runs.
CREATE FUNCTION skep.claim_key(key text, request_hash bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET lock_timeout = '3s' AS $$
DECLARE
  me skep.caller := skep.me();
  kept skep.idempotency_keys;
BEGIN
  IF me.principal_id IS NULL THEN
    RAISE EXCEPTION 'no principal' USING ERRCODE = '28000';
  END IF;
  INSERT INTO skep.idempotency_keys (principal_id, key, request_hash, change_set)
  VALUES (me.principal_id, claim_key.key, claim_key.request_hash, me.change_set) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    SELECT k.* INTO kept FROM skep.idempotency_keys k
     WHERE k.principal_id = me.principal_id AND k.key = claim_key.key;
    IF kept.request_hash IS DISTINCT FROM claim_key.request_hash THEN
      RAISE EXCEPTION 'the key was used for another request' USING ERRCODE = 'SK002';
    END IF;
    RAISE EXCEPTION 'answered already' USING ERRCODE = 'SK001', DETAIL = jsonb_build_object(
      'status', kept.status, 'answer', kept.answer, 'change_set', kept.change_set)::text;
  END IF;
END $$;

-- Only for the key that this very change set has claimed.
CREATE FUNCTION skep.keep_answer(key text, status int, answer jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  me skep.caller := skep.me();
BEGIN
  UPDATE skep.idempotency_keys k SET status = keep_answer.status, answer = keep_answer.answer
   WHERE k.principal_id = me.principal_id AND k.key = keep_answer.key AND k.change_set = me.change_set;
END $$;
GRANT EXECUTE ON FUNCTION skep.claim_key, skep.keep_answer TO skep_app, skep_job;
