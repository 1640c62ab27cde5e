DO $$
DECLARE
  v_function regprocedure;
BEGIN
  FOREACH v_function IN ARRAY
    ARRAY['close_updates(jsonb)'::regprocedure, 'book_settlements(jsonb)'::regprocedure]
  LOOP
    EXECUTE regexp_replace(
      pg_get_functiondef(v_function),
      'AND i.update_id = ANY \(ARRAY\(SELECT update_id FROM \w+\)\)\s+'
      'AND coalesce\(i.closed_at, ''infinity''\) = ''infinity''',
      'AND i.closed_at IS NULL'
    );
  END LOOP;
END $$;
