#!/usr/bin/env bash
# `/start` by webhook, 64 connections, one core for the bot and what it stores in: ours, aiogram with PostgreSQL as
# its documentation has it and on uvloop, and teloxide with no storage, answering and silent, in turns. The table goes to stdout and to
# bench/webhook.md in the target directory. Two cores are needed: the second one is the load's.
#
# NEUROCARDS_BENCH_DIR names a directory on the disk (/var/tmp), NEUROCARDS_BENCH_ROUNDS how many rounds there are (3),
# NEUROCARDS_BENCH_SECONDS how long each measurement takes (10), NEUROCARDS_BENCH_UPDATES after how many updates memory
# is looked at, in the last round (100000), NEUROCARDS_BENCH_BINARY another build of ours than what goes to a server.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=${NEUROCARDS_BENCH_ROUNDS:-3}
seconds=${NEUROCARDS_BENCH_SECONDS:-10}
updates=${NEUROCARDS_BENCH_UPDATES:-100000}
built=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$built/bench"
built=$(cd "$built" && pwd)
report=$built/bench/webhook.md
[ "$(nproc)" -ge 2 ] || {
    echo 'bench-webhook.sh: two cores are needed' >&2
    exit 1
}
. scripts/bench-cluster.sh

printf 'building the bots\n' >&2
cargo bench --quiet --locked --no-run --bench webhook
if [ -z "${NEUROCARDS_BENCH_BINARY:-}" ]; then
    cargo build --quiet --locked --profile dist --no-default-features
    NEUROCARDS_BENCH_BINARY=$built/dist/neurocards
fi
export NEUROCARDS_BENCH_BINARY
cargo build --quiet --locked --release --manifest-path benches/peers/teloxide/Cargo.toml --target-dir "$built/peers"
python=$built/bench/aiogram/bin/python
if ! "$python" -c 'import aiogram, asyncpg, uvloop' 2>/dev/null; then
    python3 -m venv "$built/bench/aiogram" || {
        echo 'bench-webhook.sh: apt-get install -y python3-venv, and try again' >&2
        exit 1
    }
    "$built/bench/aiogram/bin/pip" install --quiet -r benches/peers/aiogram/requirements.txt
fi

begin_cluster
# PostgreSQL shares the bot's core, as ours does with its writer; what it starts later stays there, too.
postmaster=$(head -n 1 "$scratch/pg/postmaster.pid")
for process in "$postmaster" $(pgrep -P "$postmaster"); do
    taskset -pc 0 "$process" >/dev/null
done
PGUSER=$(as_owner id -un)
mkdir "$scratch/ours"
export PGUSER NEUROCARDS_BENCH_CORE=0 NEUROCARDS_BENCH_DIR=$scratch/ours NEUROCARDS_BENCH_SECONDS=$seconds

drive() {
    taskset -c 1 cargo bench --quiet --locked --bench webhook
}
bot=benches/peers/aiogram/bot.py
: >"$scratch/told"
for ((round = 1; round <= rounds; round++)); do
    [ "$round" -eq "$rounds" ] || export NEUROCARDS_BENCH_UPDATES=0
    [ "$round" -ne "$rounds" ] || export NEUROCARDS_BENCH_UPDATES=$updates
    for peer in ours asyncio uvloop answers sees; do
        case $peer in
        ours) told=$(drive) ;;
        asyncio | uvloop)
            told=$(NEUROCARDS_BENCH_PEER="$python $bot {port} {secret} $scratch $peer" drive)
            gifts=$(as_owner "$pg/psql" -XqtA -h "$scratch" -d postgres -c \
                'SELECT count(*) = (SELECT count(*) FROM users) AND sum(amount) = 2 * count(*) FROM ledger')
            [ "$gifts" = t ] || {
                echo "aiogram's books do not balance" >&2
                exit 1
            }
            ;;
        answers | sees)
            told=$(NEUROCARDS_BENCH_PEER="$built/peers/release/peer-teloxide {port} {secret} {api} $peer" drive)
            ;;
        esac
        printf '%s %s\n' "$peer" "$told" | tee -a "$scratch/told" >&2
    done
done

versions="$("$pg/postgres" --version | cut -d ' ' -f 3), $("$built/bench/aiogram/bin/pip" list --format=freeze |
    grep -E '^(aiogram|uvloop|asyncpg)==' | tr '\n' ' ')"
python3 - "$scratch/told" "$versions" "$rounds" "$seconds" "$updates" <<'EOF' | tee "$report"
import json
import statistics
import sys

told, versions, rounds, seconds, updates = sys.argv[1:]
cells = {}
for line in open(told):
    who, numbers = line.split(" ", 1)
    cells.setdefault(who, []).append(json.loads(numbers))


def median(who, what):
    return statistics.median(of[what] for of in cells[who])


names = {
    "ours": "ours, on disk before 200",
    "asyncio": "aiogram with PostgreSQL, on disk before 200",
    "uvloop": "the same on uvloop",
    "answers": "teloxide, nothing stored, an answer by a call",
    "sees": "the same without an answer: 200, and that is all",
}
print("## `/start` by webhook on one core\n")
print("64 connections that stay open; one update in ten is of a new seller, who gets a gift with an entry in the books.")
print("The bot and PostgreSQL, or our writer, share one core, the load has another. aiogram turns an")
print("update into one call of a function and answers in the webhook's response; ours delivers its answers besides, as")
print("fast as Telegram lets it; teloxide says 200 before it handles, so what it has not answered yet waits in its memory.")
print("After each run ours was killed and its books were audited.")
print(f"\nPostgreSQL {versions}; medians of {rounds} rounds of {seconds} s in turns.\n")
print(f"| bot | requests/s | messages sent/s | p50, ms | p99, ms | the bot's processor, µs a request |"
      f" memory after {updates} updates, MB | ours / it, requests |")
print("|---|---|---|---|---|---|---|---|")
ours = median("ours", "per_second")
for who, name in names.items():
    rate = median(who, "per_second")
    print(f"| {name} | {rate:.0f} | {median(who, 'messages_per_second'):.0f} | {median(who, 'p50_ms'):.1f} |"
          f" {median(who, 'p99_ms'):.1f} | {median(who, 'cpu_us'):.0f} | {cells[who][-1]['memory_mb']:.0f} |"
          f" {ours / rate:.2f} |")
print(f"\nGoals: ours / aiogram with PostgreSQL ≥ 15 ({ours / median('asyncio', 'per_second'):.1f}; on uvloop"
      f" {ours / median('uvloop', 'per_second'):.1f}), ours / teloxide ≥ 1 (answering"
      f" {ours / median('answers', 'per_second'):.2f}, silent {ours / median('sees', 'per_second'):.2f}),"
      f" p99 of ours ≤ 15 ms ({median('ours', 'p99_ms'):.1f}).")
EOF
