#!/bin/sh
# Installs what lies beside it, or goes back to what was there before; scripts/deploy.sh runs it on the server.
#
#   install.sh [--rollback] [--no-backup] [--wait SECONDS] [--prefix DIR]
#
# A running daemon is backed up first; a new program must accept the configuration before anything is touched, and
# must serve after; if it does not, the one before is put back and started. Needs a POSIX shell, systemd and root (or
# sudo). --prefix is for images and tests: files go below DIR.
set -eu

# Whoever asked may be gone; what has begun is finished all the same.
say() { printf 'install.sh: %s\n' "$*" || true; }
fail() {
    say "$*" >&2
    exit 1
}

rollback='' backup=yes wait=120 prefix=''
[ "$(id -u)" -eq 0 ] || exec sudo -- sh "$0" "$@"
while [ $# -gt 0 ]; do
    case $1 in
    --rollback) rollback=yes ;;
    --no-backup) backup='' ;;
    --wait) wait=${2:?--wait wants seconds} && shift ;;
    --prefix) prefix=${2:?--prefix wants a directory} && shift ;;
    *) fail "there is no $1: see the top of this script" ;;
    esac
    shift
done

prefix=${prefix%/}
here=$(cd "$(dirname "$0")" && pwd)
bin=$prefix/usr/local/bin/neurocards
units=$prefix/etc/systemd/system
data=$prefix/var/lib/neurocards
store=$prefix/etc/credstore
config=$prefix/etc/neurocards/neurocards.toml
# One in the data directory comes first for the daemon, too.
[ ! -e "$data/neurocards.toml" ] || config=$data/neurocards.toml
umask 022
lock=$prefix/run/neurocards-install
mkdir -p "$prefix/run" "$prefix/usr/local/bin" "$units"
mkdir "$lock" 2>/dev/null || fail "another installation runs; if none does: rmdir $lock"
work=$(mktemp -d)
trap 'rm -rf "$work"; rmdir "$lock"' EXIT
trap 'exit 1' INT TERM
trap '' HUP PIPE

# Where each of the files belongs.
place() {
    case $1 in
    neurocards) echo "$bin" ;;
    *) echo "$units/$1" ;;
    esac
}
FILES='neurocards neurocards.service neurocards.socket neurocards-http.socket'

# Puts a file where it belongs, whole or not at all.
put() {
    mode=644
    case $2 in */bin/*) mode=755 ;; esac
    cp "$1" "$2.new" && chmod "$mode" "$2.new" && lasts "$2.new" && mv -f "$2.new" "$2"
}

# Puts a secret where it belongs, whole or not at all, for root's eyes only.
keep() {
    new=${2%/*}/.new-${2##*/}
    rm -f "$new"
    (umask 077 && cp "$1" "$new") && chmod 600 "$new" && chown 0:0 "$new" && lasts "$new" && mv -f "$new" "$2"
    lasts "${2%/*}"
}

# Waits until the disk has it; a sync that takes no names waits for everything.
lasts() { sync "$1" 2>/dev/null || sync; }

property() { systemctl show -p "$1" neurocards.service | sed 's/^[^=]*=//'; }

# Waits until the daemon serves and goes on doing so; fails as soon as it does not.
serves() {
    left=$wait calm=0
    while [ "$left" -gt 0 ]; do
        case $(property ActiveState)/$(property SubState) in
        active/*) calm=$((calm + 1)) ;;
        failed/* | */auto-restart*) return 1 ;;
        *) calm=0 ;;
        esac
        [ "$calm" -lt 3 ] || return 0
        sleep 1
        left=$((left - 1))
    done
    return 1
}

# The end of the log, without what an older systemd has to say about the unit.
log() { journalctl -u neurocards.service -n 60 --no-pager -o cat | grep -v 'ignoring' | tail -n 20 >&2 || true; }

# Which doors the configuration wants below port 1024: "https", "http".
doors() {
    [ ! -e "$config" ] || awk '
        { sub(/#.*/, "") }
        { sub(/^[ \t]+/, ""); gsub(/\047/, "\"") }
        /^\[/ { section = $0; sub(/[^]]*$/, "", section) }
        section == "" && /^public_url *= *"https:\/\/(\[[^]]*\]|[^:\/"]+)(:443)?\/?"/ { https = 1 }
        section == "[tls]" && /^mode *= *"off"/ { off = 1 }
        section == "[https]" && /^listen *=/ { own = 1; if (/:443"/) https = own443 = 1 }
        section == "[http]" && /^listen *=.*:80"/ { http = 1 }
        END {
            if (https && !off && (!own || own443)) print "neurocards.socket"
            if (http) print "neurocards-http.socket"
        }' "$config"
}

# Starts what is installed, anew if it runs.
start() {
    systemctl daemon-reload
    systemctl -q stop neurocards.service
    # Open sockets stay open meanwhile; one cannot be opened for a service that runs without it.
    for socket in $(doors); do
        [ ! -e "$units/$socket" ] || systemctl enable -q --now "$socket"
    done
    systemctl enable -q neurocards.service
    systemctl start --no-block neurocards.service
}

# The secrets as the daemon sees them, for a program that is only to look.
credentials() {
    mkdir "$work/credentials"
    for file in "$store"/neurocards.*; do
        [ ! -e "$file" ] || cp "$file" "$work/credentials/${file##*/neurocards.}"
    done
    for file in "$here"/secrets/neurocards.*; do
        [ ! -e "$file" ] || cp "$file" "$work/credentials/${file##*/neurocards.}"
    done
    for file in "$store.encrypted"/neurocards.*; do
        [ -e "$file" ] || continue
        name=${file##*/neurocards.}
        systemd-creds decrypt --name="$name" "$file" "$work/credentials/$name"
    done
    CREDENTIALS_DIRECTORY=$work/credentials
    export CREDENTIALS_DIRECTORY
}

# Looks at the configuration with the program at $1, if that knows how.
check() {
    "$1" config check --help >/dev/null 2>&1 || return 0
    credentials
    "$1" config check --config "$config" --data-dir "$data"
}

# What is to be installed.
if [ -n "$rollback" ]; then
    [ -e "$bin.previous" ] || fail "there is no $bin.previous to go back to"
    from=$work/previous
    mkdir "$from"
    for file in $FILES; do
        previous=$(place "$file").previous
        [ ! -e "$previous" ] || cp -p "$previous" "$from/$file"
    done
else
    from=$here
    (cd "$from" && sha256sum -c neurocards.sha256 >/dev/null) ||
        fail 'the files are not those that were built: copy them again'
fi
chmod 755 "$from/neurocards"
version=$("$from/neurocards" --version) || fail 'the program does not run on this machine; nothing was touched'

# What is there already is the operator's.
first=''
if [ -z "$rollback" ] && [ ! -e "$config" ] && [ -e "$here/neurocards.toml" ]; then
    mkdir -p "${config%/*}"
    put "$here/neurocards.toml" "$config"
    first=yes
fi
if ! check "$from/neurocards"; then
    [ -z "$first" ] || rm "$config"
    fail "$version does not accept $config; nothing was touched"
fi
[ -z "$first" ] || say "configuration: $config"
secrets=''
for secret in "$here"/secrets/neurocards.*; do
    [ -e "$secret" ] || continue
    kept=$store/${secret##*/}
    ! cmp -s "$secret" "$kept" || continue
    mkdir -p "$store" "$work/secrets"
    chmod 700 "$store"
    [ ! -e "$kept" ] || cp -p "$kept" "$work/secrets/"
    keep "$secret" "$kept"
    secrets=yes
    say "secret: $store/${secret##*/}"
done

same=yes
for file in $FILES; do
    [ ! -e "$from/$file" ] || cmp -s "$from/$file" "$(place "$file")" || same=''
done
running=''
! systemctl is-active -q neurocards.service || running=yes
if [ -n "$same" ] && [ -n "$running" ] && [ -z "$secrets" ]; then
    say "$version is installed and runs already; nothing to do"
    exit 0
fi
if [ -n "$running" ] && [ -n "$backup" ]; then
    # The program that runs knows best how to ask itself.
    "$bin" backup --data-dir "$data" --config "$config" ||
        fail 'no backup could be made, so nothing was touched; --no-backup does without'
fi

# Keeps what is there; what is not there is not put back.
if [ -z "$same" ]; then
    for file in $FILES; do
        at=$(place "$file")
        [ ! -e "$at" ] || cp -p "$at" "$work/kept-$file"
        [ ! -e "$at.previous" ] || cp -p "$at.previous" "$work/older-$file"
    done
    for file in $FILES; do
        at=$(place "$file")
        [ ! -e "$from/$file" ] || put "$from/$file" "$at"
        if [ -e "$work/kept-$file" ]; then
            put "$work/kept-$file" "$at.previous"
        else
            rm -f "$at.previous"
        fi
    done
fi
start
if serves; then
    say "$version serves"
    exit 0
fi

say "$version does not serve; the end of its log:" >&2
log
if [ -n "$same" ] || [ ! -e "$work/kept-neurocards" ]; then
    # An open socket would start it again.
    # shellcheck disable=SC2046
    systemctl -q stop $(doors) neurocards.service
    fail 'there is nothing to go back to; it is stopped. Mend what the log says and run this again'
fi
cp -p "$bin" "$bin.failed"
for secret in "$work"/secrets/neurocards.*; do
    [ ! -e "$secret" ] || keep "$secret" "$store/${secret##*/}"
done
for file in $FILES; do
    at=$(place "$file")
    [ ! -e "$work/kept-$file" ] || put "$work/kept-$file" "$at"
    rm -f "$at.previous"
    [ ! -e "$work/older-$file" ] || put "$work/older-$file" "$at.previous"
done
before=$("$bin" --version)
start
if serves; then
    fail "$before is back and serves; the new program is kept as $bin.failed"
fi
say "$before does not serve either; the end of its log:" >&2
log
# Our own names, newest first.
# shellcheck disable=SC2012,SC2015
newest=$(cd "$data/backups" 2>/dev/null && ls -t -- *-schema-*.redb 2>/dev/null | head -n 1 || true)
[ -z "$newest" ] ||
    say "if the log speaks of a newer schema, the new program has brought the data file up to date and the one before" \
        "cannot read it: mend what kept the new one from serving and install it again, or give up what has happened" \
        "since with: systemctl stop neurocards.socket neurocards-http.socket neurocards && $bin.failed restore $newest --force --data-dir $data &&" \
        "systemctl start neurocards.socket neurocards" >&2
exit 1
