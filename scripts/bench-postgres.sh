#!/usr/bin/env bash
# Lives of jobs, durable: our store against Debian's PostgreSQL on the same disk, in turns. The table goes to stdout and
# to bench/postgres.md in the target directory.
#
# NEUROCARDS_BENCH_DIR names a directory on the disk (/var/tmp), NEUROCARDS_BENCH_ROUNDS how many rounds there are (3),
# NEUROCARDS_BENCH_SECONDS how long each measurement takes (10). PostgreSQL runs as `postgres` if we are root; it needs
# to reach that directory.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=${NEUROCARDS_BENCH_ROUNDS:-3}
seconds=${NEUROCARDS_BENCH_SECONDS:-10}
built=${CARGO_TARGET_DIR:-$PWD/target}
report=$built/bench/postgres.md
# Clients of PostgreSQL that are tried; the best counts.
clients=(8 16 32 64 128)
submitters=256

. scripts/bench-cluster.sh
begin_cluster
psql_() { as_owner "$pg/psql" -XqtA -v ON_ERROR_STOP=1 -h "$scratch" -d postgres "$@"; }
psql_ <benches/peers/postgres/schema.sql
cp benches/peers/postgres/life.pgbench "$scratch"

printf 'building the store\n' >&2
cargo bench --quiet --locked --no-run --bench store

# Ours: "lives a second", "bytes for a life" and "ms for a sync".
ours() {
    NEUROCARDS_BENCH_DIR=$scratch/ours NEUROCARDS_BENCH_LIVES=$submitters/$1 NEUROCARDS_BENCH_SECONDS=$seconds \
        cargo bench --quiet --locked --bench store |
        python3 -c 'import json, sys
told = json.load(sys.stdin)
print(told["per_second"], told["bytes_per_life"], told["sync_ms"])'
}

# PostgreSQL's with so many clients and sellers: "lives a second" and "bytes of log for a life". Every round begins
# with an empty shop and ends with an audit.
theirs() {
    local many=$1 sellers=$2 before after told lives breaches
    psql_ -c "CALL open_shop($sellers)" -c 'VACUUM ANALYZE' -c CHECKPOINT
    before=$(psql_ -c 'SELECT pg_current_wal_insert_lsn()')
    told=$(as_owner "$pg/pgbench" -h "$scratch" -d postgres -n -M prepared -c "$many" -j 2 -T "$seconds" \
        -D n=0 -D sellers="$sellers" -f "$scratch/life.pgbench" 2>"$scratch/pgbench.log") || {
        cat "$scratch/pgbench.log" >&2
        exit 1
    }
    lives=$(sed -n 's/^number of transactions actually processed: //p' <<<"$told")
    after=$(psql_ -c "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '$before')")
    breaches=$(psql_ -c "SELECT audit($lives)")
    if [ -n "$breaches" ]; then
        printf "PostgreSQL's books do not balance:\n%s\n" "$breaches" >&2
        exit 1
    fi
    printf '%s %s\n' "$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' <<<"$told")" "$((after / lives))"
}

mkdir -p "$scratch/ours" "$(dirname "$report")"
: >"$scratch/told"
note() { printf '%s\n' "$*" | tee -a "$scratch/told" >&2; }
for ((round = 1; round <= rounds; round++)); do
    for case in spread one; do
        # The same sellers on both sides as far as that is possible: one for each who submits.
        [ "$case" = spread ] && sellers=$submitters || sellers=1
        note "ours $case $submitters $(ours "$sellers")"
        for many in "${clients[@]}"; do
            [ "$case" = spread ] && sellers=$many || sellers=1
            note "theirs $case $many $(theirs "$many" "$sellers")"
        done
    done
done

python3 - "$scratch/told" "$("$pg/postgres" --version)" "$rounds" "$seconds" <<'EOF' | tee "$report"
import statistics
import sys

told, version, rounds, seconds = sys.argv[1:]
cells, syncs = {}, []
for line in open(told):
    who, case, many, *numbers = line.split()
    cells.setdefault((who, case, int(many)), []).append([float(number) for number in numbers[:2]])
    syncs += [float(number) for number in numbers[2:]]
median = {cell: [statistics.median(of) for of in zip(*rounds)] for cell, rounds in cells.items()}
names = {"spread": "a seller to each submitter", "one": "one seller"}
goals = {"spread": 10, "one": 25}
print(f"## Lives of jobs against {version}\n")
print("One life is ten transactions: order, claim, submit, accepted, rendered, done, and four messages struck; each is")
print("durable before it is answered (fsync and synchronous_commit on), and both sides' books were audited after every")
print("measurement. PostgreSQL has one call of a function for each transaction and no round trips within, and is spared")
print("our sealed ledger, statistics and running balances of the shop's accounts. Its best number of clients counts.")
print(f"\nMedians of {rounds} rounds of {seconds} s in turns; a 4 KiB write and fdatasync took"
      f" {statistics.median(syncs):.3f} ms ({min(syncs):.3f} to {max(syncs):.3f}).\n")
print("| orders of | ours, lives/s | bytes written for a life | PostgreSQL, lives/s | at clients |"
      " bytes of log for a life | ratio | goal |")
print("|---|---|---|---|---|---|---|---|")
for case, name in names.items():
    ours = next(value for (who, of, _), value in median.items() if (who, of) == ("ours", case))
    tried = {many: value for (who, of, many), value in median.items() if (who, of) == ("theirs", case)}
    best = max(tried, key=lambda many: tried[many][0])
    theirs = tried[best]
    print(f"| {name} | {ours[0]:.0f} | {ours[1]:.0f} | {theirs[0]:.0f} | {best} | {theirs[1]:.0f} |"
          f" {ours[0] / theirs[0]:.1f} | ≥ {goals[case]} |")
print("\nPostgreSQL by clients, lives/s:\n")
clients = sorted({many for (who, _, many) in median if who == "theirs"})
print("| orders of | " + " | ".join(map(str, clients)) + " |")
print("|---" * (1 + len(clients)) + "|")
for case, name in names.items():
    print(f"| {name} | " + " | ".join(f"{median['theirs', case, many][0]:.0f}" for many in clients) + " |")
EOF
