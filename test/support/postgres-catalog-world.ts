/** Statements that make one of everything that a catalog knows. */
export const EVERYTHING = `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "fine"');
  CREATE DOMAIN positive AS integer CONSTRAINT above CHECK (VALUE > 0);
  CREATE DOMAIN code AS varchar(8) DEFAULT 'VALUE' NOT NULL CHECK (VALUE <> 'VALUE' AND length(VALUE) > 1);
  CREATE TYPE point3 AS (x float8, y float8, note text);
  COMMENT ON TYPE mood IS 'how it is';
  CREATE SEQUENCE tickets START WITH 100 INCREMENT BY 10;
  SELECT nextval('tickets');
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'touched'; RETURN NEW; END $$;
  CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n * 2';
  CREATE TABLE customers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(80) NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED,
    feeling mood DEFAULT 'ok', age positive, "Odd ""name" text COLLATE "C" DEFAULT 'a\\b', joined timestamptz DEFAULT now());
  COMMENT ON TABLE customers IS 'who buys; it''s them';
  COMMENT ON COLUMN customers.email IS 'e-mail';
  CREATE TABLE orders (
    id bigserial PRIMARY KEY, customer integer NOT NULL REFERENCES customers ON DELETE CASCADE, a integer, b integer,
    total numeric(12,2) NOT NULL DEFAULT 0 CHECK (total >= 0), doubled numeric GENERATED ALWAYS AS (total * 2) STORED,
    place point, label code, at3 point3, note text, weight float8, big numeric(10,0),
    UNIQUE (a, b), CONSTRAINT whole FOREIGN KEY (a, b) REFERENCES orders (a, b) MATCH FULL,
    EXCLUDE USING gist (place WITH ~=));
  COMMENT ON CONSTRAINT orders_total_check ON orders IS 'never negative';
  CREATE INDEX orders_note ON orders (lower(note) DESC, total) WHERE total > 10;
  CREATE INDEX orders_place ON orders USING gist (place);
  CREATE UNIQUE INDEX orders_label ON orders (label varchar_pattern_ops);
  COMMENT ON INDEX orders_note IS 'for searching';
  CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
  ALTER TABLE orders DISABLE TRIGGER touch;
  CREATE RULE keep AS ON DELETE TO orders DO INSTEAD NOTHING;
  ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON customers FOR SELECT USING (email = CURRENT_USER) ;
  ALTER TABLE orders ADD CONSTRAINT later FOREIGN KEY (b) REFERENCES customers (id) NOT VALID;
  CREATE TABLE events (id integer, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
  CREATE TABLE events_rest PARTITION OF events DEFAULT PARTITION BY HASH (id);
  CREATE TABLE events_rest_0 PARTITION OF events_rest FOR VALUES WITH (MODULUS 1, REMAINDER 0);
  CREATE INDEX events_at ON events (at);
  CREATE UNLOGGED TABLE scratch (k text);
  CREATE VIEW big_orders AS SELECT id, total FROM orders WHERE total > 100;
  CREATE VIEW bigger WITH (security_barrier = true) AS SELECT id FROM big_orders WHERE total > 1000;
  COMMENT ON VIEW bigger IS 'the bigger ones'`;
