# A PostgreSQL of a bench's own: sourced by scripts/bench-postgres.sh and scripts/bench-webhook.sh.
# shellcheck shell=bash
#
# begin_cluster makes $scratch, a directory on NEUROCARDS_BENCH_DIR's disk, with a cluster that listens at a socket in
# it; all of that goes when the script ends, however it ends. Whatever else must end goes into `children`.

children=()
scratch='' pg=''

# Runs a command as the owner of the cluster, which cannot be root.
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

find_postgres() {
    local found=(/usr/lib/postgresql/*/bin/pgbench)
    [ -x "${found[-1]}" ] && pg=$(dirname "${found[-1]}")
}

end_cluster() {
    local child
    for child in "${children[@]}"; do
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    done
    if [ -n "$scratch" ]; then
        # Outside of the directory, which goes.
        cd / || true
        if [ -f "$scratch/pg/postmaster.pid" ]; then
            as_owner "$pg/pg_ctl" -D "$scratch/pg" -m immediate -s stop || true
        fi
        rm -rf "$scratch"
    fi
}

begin_cluster() {
    local elevate=()
    if ! find_postgres; then
        command -v apt-get >/dev/null || {
            echo 'install PostgreSQL and its pgbench with your package manager' >&2
            exit 1
        }
        [ "$(id -u)" -eq 0 ] || elevate=(sudo -n)
        "${elevate[@]}" apt-get update -q
        "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends postgresql postgresql-contrib
        find_postgres
    fi
    trap end_cluster EXIT
    trap 'exit 130' INT TERM HUP
    scratch=$(mktemp -d "${NEUROCARDS_BENCH_DIR:-/var/tmp}/neurocards-bench.XXXXXX")
    chmod 755 "$scratch"
    mkdir "$scratch/pg"
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres: "$scratch" "$scratch/pg"
    fi
    as_owner "$pg/initdb" -D "$scratch/pg" -U "$(as_owner id -un)" -A trust -E UTF8 --locale=C >"$scratch/initdb.log"
    # Durable as it comes; memory and log as on a server that is PostgreSQL's own.
    as_owner tee -a "$scratch/pg/postgresql.conf" >/dev/null <<EOF
listen_addresses = ''
unix_socket_directories = '$scratch'
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
fsync = on
synchronous_commit = on
full_page_writes = on
EOF
    as_owner "$pg/pg_ctl" -D "$scratch/pg" -l "$scratch/postgres.log" -s -w start
}
