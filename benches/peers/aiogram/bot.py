"""A bot as aiogram's documentation has it: aiohttp, SimpleRequestHandler, a pool of asyncpg; /start in one transaction.

Its answer goes back in the webhook's response, which costs no call. Arguments: port, the word Telegram repeats, the
directory of PostgreSQL's socket, and what runs it: "asyncio" as in the documentation, or "uvloop".
"""

import asyncio
import sys

import asyncpg
import uvloop
from aiogram import Bot, Dispatcher
from aiogram.filters import CommandStart
from aiogram.methods import SendMessage
from aiogram.types import Message, Update
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

# One function for the whole turn, so that it is one round trip: a repeated update changes nothing, a new seller gets
# the welcome credits with an entry in the ledger, once.
SCHEMA = """
DROP TABLE IF EXISTS updates, users, ledger;
CREATE TABLE updates (id bigint PRIMARY KEY, at timestamptz NOT NULL);
CREATE TABLE users (
    id bigint PRIMARY KEY,
    lang text NOT NULL,
    username text,
    reachable boolean NOT NULL,
    available integer NOT NULL CHECK (available >= 0),
    since timestamptz NOT NULL,
    session jsonb NOT NULL
) WITH (fillfactor = 60);
CREATE TABLE ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    seller bigint NOT NULL,
    amount integer NOT NULL,
    reason text NOT NULL
);
CREATE OR REPLACE FUNCTION start(update_id bigint, who bigint, its_lang text, its_name text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    balance integer;
BEGIN
    INSERT INTO updates VALUES (update_id, now()) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN NULL; END IF;
    UPDATE users SET lang = its_lang, username = its_name, reachable = true, session = '{"step": "idle"}'
        WHERE id = who RETURNING available INTO balance;
    IF FOUND THEN RETURN balance; END IF;
    INSERT INTO users VALUES (who, its_lang, its_name, true, 2, now(), '{"step": "idle"}') ON CONFLICT DO NOTHING;
    IF FOUND THEN
        INSERT INTO ledger (at, seller, amount, reason) VALUES (now(), who, 2, 'welcome');
    END IF;
    RETURN 2;
END
$$;
"""


async def pool_of(dispatcher: Dispatcher, directory: str) -> None:
    pool = await asyncpg.create_pool(host=directory, database="postgres", min_size=16, max_size=16)
    await pool.execute(SCHEMA)
    dispatcher["pool"] = pool


def made(directory: str) -> Dispatcher:
    dispatcher = Dispatcher()

    @dispatcher.startup()
    async def connect() -> None:
        await pool_of(dispatcher, directory)

    @dispatcher.message(CommandStart())
    async def start(message: Message, event_update: Update, pool: asyncpg.Pool) -> SendMessage:
        who = message.from_user
        balance = await pool.fetchval(
            "SELECT start($1, $2, $3, $4)", event_update.update_id, who.id, who.language_code, who.username
        )
        return message.answer(f"Привет! На счету {balance} кредита.")

    return dispatcher


async def serve(port: int, secret: str, directory: str) -> None:
    dispatcher = made(directory)
    bot = Bot("123456789:AAbenchbenchbenchbenchbenchbenchben")
    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=secret)
    handler.register(app, path="/telegram")
    setup_application(app, dispatcher, bot=bot)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    run = {"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[4]]
    run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
