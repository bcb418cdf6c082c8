#!/usr/bin/env bash
# Brings what scripts/build.sh has made to a server, and starts it there; again is an upgrade.
#
#   scripts/deploy.sh [options] user@host
#
#   --from DIR       what is deployed, instead of target/dist-out
#   --config FILE    the configuration for a server that has none yet
#   --secrets        hand over the secrets of this shell's environment (TELEGRAM_TOKEN, KIE_API_KEY, …)
#   --rollback       go back to what was deployed before
#   --no-backup      do without the backup before an upgrade
#   --wait SECONDS   how long the daemon may take to serve (120)
#   --prefix DIR     for tests: everything below DIR
#
# NEUROCARDS_SSH is the command that is used as ssh ("ssh -p 2222"). The work is done on the server, by
# scripts/install.sh; whoever logs in is root, or may become it by sudo. An existing configuration is never touched,
# and if the new program does not serve, the one before is put back.
set -euo pipefail

fail() {
    printf 'deploy.sh: %s\n' "$*" >&2
    exit 1
}

scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=${CARGO_TARGET_DIR:-$scripts/../target}
from=$target/dist-out config='' secrets='' host='' words=()
while [ $# -gt 0 ]; do
    case $1 in
    --from) from=${2:?--from wants a directory} && shift ;;
    --config) config=${2:?--config wants a file} && shift ;;
    --secrets) secrets=yes ;;
    --rollback | --no-backup) words+=("$1") ;;
    --wait | --prefix) words+=("$1" "${2:?$1 wants a word}") && shift ;;
    -*) fail "there is no $1: see the top of this script" ;;
    *) [ -z "$host" ] || fail 'one host at a time' && host=$1 ;;
    esac
    shift
done
[ -n "$host" ] || fail 'say where: scripts/deploy.sh user@host'
read -ra ssh <<<"${NEUROCARDS_SSH:-ssh}"

bundle=$(mktemp -d)
trap 'rm -rf "$bundle"' EXIT
chmod 700 "$bundle"
cp "$scripts/install.sh" "$bundle"
if [[ " ${words[*]-} " != *' --rollback '* ]]; then
    [ -x "$from/neurocards" ] || fail "there is no $from/neurocards: run scripts/build.sh first"
    cp "$from"/* "$bundle"
    [ -z "$config" ] || cp "$config" "$bundle/neurocards.toml"
    if [ -n "$secrets" ]; then
        mkdir "$bundle/secrets"
        more=$(compgen -e | grep -Ex 'KIE_API_KEY_([6-9]|[0-9]{2,})' | tr '\n' ' ' || true)
        [ -z "$more" ] || fail "$more: neurocards.service loads KIE_API_KEY and _1 to _5; name files for more in kie.key_files"
        while read -r name; do
            kept=${name,,}
            (umask 077 && printf '%s\n' "${!name}" >"$bundle/secrets/neurocards.${kept//_/-}")
        done < <(compgen -e | grep -Ex 'TELEGRAM_TOKEN|KIE_API_KEY(_[1-5])?|KIE_WEBHOOK_HMAC_KEY|OPENAI_API_KEY|ACME_EAB_KEY|OPERATOR_TOKEN|S3_ACCESS_KEY_ID|S3_SECRET_ACCESS_KEY|BACKUP_PASSPHRASE')
    fi
    # The configuration may be another one than was built; the rest must be what was built.
    (cd "$bundle" && sed -i '/ neurocards\.toml$/d' neurocards.sha256 && sha256sum --quiet -c neurocards.sha256) ||
        fail "the files in $from are not those that were built: run scripts/build.sh again"
fi

# A terminal, if there is one, is for sudo's question.
terminal=()
[ ! -t 0 ] || terminal=(-t)
there=$("${ssh[@]}" "$host" 'umask 077 && mktemp -d') || fail "cannot log in to $host"
clean() {
    rm -rf "$bundle"
    "${ssh[@]}" "$host" "rm -rf '$there'" ||
        printf 'deploy.sh: what was copied is still in %s of %s, secrets too: remove it\n' "$there" "$host" >&2
}
trap clean EXIT
tar -C "$bundle" -cf - . | "${ssh[@]}" "$host" "tar -C '$there' -xf -"
printf -v command '%q ' sh "$there/install.sh" ${words[@]+"${words[@]}"}
"${ssh[@]}" ${terminal[@]+"${terminal[@]}"} "$host" "$command"
