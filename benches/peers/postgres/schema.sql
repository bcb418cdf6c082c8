-- The shop in PostgreSQL: the tables of src/store/tables.rs that a life of a job touches, and one function for each of
-- its transactions. Left out, which favours PostgreSQL: seals of the ledger, tallies, drafts, places at the provider,
-- rests and alerts, and running balances of the shop's own accounts, which are folded from the ledger when asked for.

CREATE TYPE stage AS ENUM ('queued', 'preparing', 'submitting', 'rendering', 'rendered', 'done', 'failed');
CREATE TYPE account AS ENUM ('available', 'held', 'gifts', 'sales', 'grants', 'revenue');

-- Rows that change in place have room on their page, so that no index has to know (HOT).
CREATE TABLE users (
    id bigint PRIMARY KEY,
    lang text NOT NULL,
    username text,
    reachable boolean NOT NULL DEFAULT true,
    available integer NOT NULL CHECK (available >= 0),
    held integer NOT NULL CHECK (held >= 0),
    last_tag bigint NOT NULL DEFAULT 0,
    since timestamptz NOT NULL,
    session jsonb NOT NULL
) WITH (fillfactor = 20);

CREATE TABLE updates (
    id bigint PRIMARY KEY,
    at timestamptz NOT NULL
);

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seller bigint NOT NULL,
    callback text NOT NULL UNIQUE,
    brief jsonb NOT NULL,
    count smallint NOT NULL,
    placed_at timestamptz NOT NULL,
    status bigint
);

-- `tag` while it waits for a place, `due` while it waits for a moment: a move between stages changes no indexed column.
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ordered bigint NOT NULL,
    seller bigint NOT NULL,
    number smallint NOT NULL,
    photo bytea NOT NULL,
    nonce bigint NOT NULL,
    attempt smallint NOT NULL DEFAULT 0,
    stage stage NOT NULL DEFAULT 'queued',
    tag bigint,
    due timestamptz,
    model text,
    api_key bigint,
    task text,
    url text,
    placed_at timestamptz NOT NULL
) WITH (fillfactor = 40);
CREATE INDEX ready ON jobs (tag, id) WHERE tag IS NOT NULL;
CREATE INDEX timed ON jobs (due, id) WHERE due IS NOT NULL;

CREATE TABLE ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    seller bigint NOT NULL,
    "from" account NOT NULL,
    "to" account NOT NULL,
    amount integer NOT NULL CHECK (amount > 0),
    reason text NOT NULL,
    ordered bigint,
    job bigint,
    available integer NOT NULL,
    held integer NOT NULL
);

CREATE SEQUENCE note_numbers CACHE 32;
CREATE TABLE outbox (
    chat bigint NOT NULL,
    note bigint NOT NULL DEFAULT nextval('note_numbers'),
    say jsonb NOT NULL,
    lang text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (chat, note)
);

-- The fair queue's own time: a sequence is moved without a lock on a row.
CREATE SEQUENCE fair MINVALUE 0 START 0;

-- An update that confirms an order of one video; the walk to its question included, as in benches/shop.rs.
CREATE FUNCTION place(update_id bigint, who bigint, pressed text, OUT note bigint) LANGUAGE plpgsql AS $$
DECLARE
    seller users;
    placed bigint;
    job bigint;
    at timestamptz := now();
    brief jsonb := '{"photo": "AgACAgIAAxkBAAIBQ2Zc0000000000000000000000000000000000000000000",
        "product": "Чайник со свистком, эмаль, два литра",
        "prompt": "Пар над чайником, утренний свет, камера приближается"}';
BEGIN
    INSERT INTO updates VALUES (update_id, at) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT * INTO STRICT seller FROM users WHERE id = who FOR UPDATE;
    IF seller.available < 1 THEN RAISE 'overdrawn'; END IF;
    INSERT INTO orders (seller, callback, brief, count, placed_at) VALUES (who, pressed, brief, 1, at)
        ON CONFLICT (callback) DO NOTHING RETURNING id INTO placed;
    IF NOT FOUND THEN RETURN; END IF;
    seller.last_tag := greatest(seller.last_tag, (SELECT last_value FROM fair)) + 1;
    INSERT INTO jobs (ordered, seller, number, photo, nonce, tag, placed_at)
        VALUES (placed, who, 1, uuid_send(gen_random_uuid()), update_id, seller.last_tag, at)
        RETURNING id INTO job;
    INSERT INTO ledger (at, seller, "from", "to", amount, reason, ordered, job, available, held)
        VALUES (at, who, 'available', 'held', 1, 'hold', placed, job, seller.available - 1, seller.held + 1);
    UPDATE users SET available = available - 1, held = held + 1, last_tag = seller.last_tag,
        lang = 'ru', username = NULL, reachable = true, session = '{"step": "idle", "draft": 1}' WHERE id = who;
    INSERT INTO outbox (chat, say, lang, at) VALUES (who, '{"say": "accepted", "count": 1}', 'ru', at)
        RETURNING outbox.note INTO note;
END
$$;

-- Begins the first attempt of the job that waits for a place at the head of the fair queue.
CREATE FUNCTION claim(OUT job bigint, OUT who bigint, OUT note bigint) LANGUAGE plpgsql AS $$
DECLARE
    placed bigint;
    first bigint;
BEGIN
    LOOP
        SELECT id, seller, ordered, tag INTO job, who, placed, first FROM jobs
            WHERE tag IS NOT NULL ORDER BY tag, id LIMIT 1 FOR UPDATE SKIP LOCKED;
        EXIT WHEN FOUND;
        -- All that wait are just being claimed.
        PERFORM pg_sleep(0.0005);
    END LOOP;
    UPDATE jobs SET stage = 'preparing', attempt = attempt + 1, tag = NULL, due = now() WHERE id = job;
    IF first > (SELECT last_value FROM fair) THEN PERFORM setval('fair', first); END IF;
    INSERT INTO outbox (chat, say, lang, at)
        SELECT who, jsonb_build_object('say', 'status', 'order', placed), users.lang, now() FROM users
        WHERE users.id = who RETURNING outbox.note INTO note;
END
$$;

CREATE FUNCTION submit(job bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE jobs SET stage = 'submitting', model = 'sora-2-image-to-video', api_key = 72340172838076673
        WHERE id = job AND stage = 'preparing' AND attempt = 1;
    IF NOT FOUND THEN RAISE 'out of turn'; END IF;
END
$$;

CREATE FUNCTION accepted(job bigint, named text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE jobs SET stage = 'rendering', task = named WHERE id = job AND stage = 'submitting' AND attempt = 1;
    IF NOT FOUND THEN RAISE 'out of turn'; END IF;
END
$$;

CREATE FUNCTION rendered(job bigint, at_url text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE jobs SET stage = 'rendered', url = at_url WHERE id = job AND stage = 'rendering' AND attempt = 1;
    IF NOT FOUND THEN RAISE 'out of turn'; END IF;
END
$$;

CREATE FUNCTION succeed(ended bigint, OUT video bigint, OUT note bigint) LANGUAGE plpgsql AS $$
DECLARE
    job jobs;
    seller users;
    at timestamptz := now();
BEGIN
    UPDATE jobs SET stage = 'done', due = NULL WHERE id = ended AND stage = 'rendered' AND attempt = 1
        RETURNING * INTO job;
    IF NOT FOUND THEN RAISE 'out of turn'; END IF;
    UPDATE users SET held = held - 1 WHERE id = job.seller RETURNING * INTO seller;
    INSERT INTO ledger (at, seller, "from", "to", amount, reason, ordered, job, available, held)
        VALUES (at, job.seller, 'held', 'revenue', 1, 'capture', job.ordered, ended, seller.available, seller.held);
    INSERT INTO outbox (chat, say, lang, at)
        VALUES (job.seller, jsonb_build_object('say', 'video', 'order', job.ordered, 'job', ended,
            'number', job.number, 'count', 1, 'model', job.model, 'url', job.url), seller.lang, at)
        RETURNING outbox.note INTO video;
    INSERT INTO outbox (chat, say, lang, at)
        VALUES (job.seller, jsonb_build_object('say', 'status', 'order', job.ordered), seller.lang, at)
        RETURNING outbox.note INTO note;
END
$$;

CREATE FUNCTION strike(whose bigint, struck bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM outbox WHERE chat = whose AND note = struck;
    IF NOT FOUND THEN RAISE 'struck before'; END IF;
END
$$;

-- An empty shop with so many sellers, each with a full purse.
CREATE PROCEDURE open_shop(many integer) LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE users, updates, orders, jobs, ledger, outbox RESTART IDENTITY;
    PERFORM setval('fair', 0);
    INSERT INTO users (id, lang, available, held, since, session)
        SELECT id, 'ru', 1000000000, 0, now(), '{"step": "idle", "draft": 1}' FROM generate_series(1, many) AS id;
    INSERT INTO ledger (at, seller, "from", "to", amount, reason, available, held)
        SELECT now(), id, 'grants', 'available', 1000000000, 'grant', 1000000000, 0
        FROM generate_series(1, many) AS id;
END
$$;

-- What is wrong with the books after so many lives, a line each; nothing if they balance.
CREATE FUNCTION audit(lives bigint) RETURNS SETOF text LANGUAGE sql AS $$
    WITH moves AS (
        SELECT seller, "from" AS account, -amount AS change FROM ledger
        UNION ALL SELECT seller, "to", amount FROM ledger
    ), purses AS (
        SELECT seller, coalesce(sum(change) FILTER (WHERE account = 'available'), 0) AS available,
            coalesce(sum(change) FILTER (WHERE account = 'held'), 0) AS held
        FROM moves GROUP BY seller
    )
    SELECT 'the accounts sum up to ' || sum(change) FROM moves HAVING sum(change) <> 0
    UNION ALL SELECT 'revenue is ' || sum(change) || ' after ' || lives || ' lives' FROM moves
        WHERE account = 'revenue' HAVING sum(change) <> lives
    UNION ALL SELECT 'a purse is not what its entries say: ' || id FROM users LEFT JOIN purses ON seller = id
        WHERE (users.available, users.held) IS DISTINCT FROM (purses.available, purses.held)
    UNION ALL SELECT 'a purse holds something of no live job: ' || id FROM users WHERE held <> 0
    UNION ALL SELECT 'a job is not done: ' || id FROM jobs WHERE stage <> 'done'
    UNION ALL SELECT 'a done job has not one hold and one capture: ' || jobs.id
        FROM jobs LEFT JOIN ledger ON ledger.job = jobs.id GROUP BY jobs.id
        HAVING count(*) FILTER (WHERE reason = 'hold') <> 1 OR count(*) FILTER (WHERE reason = 'capture') <> 1
    UNION ALL SELECT count(*) || ' jobs after ' || lives || ' lives' FROM jobs HAVING count(*) <> lives
    UNION ALL SELECT 'a note is left: ' || note FROM outbox
$$;
