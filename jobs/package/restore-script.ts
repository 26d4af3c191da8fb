/**
 * `restore.sh` in a package: the same for every backup, so that no name of anybody's schema ever stands in a script. What it
 * has to know it reads out of the files beside it, and hands over as data. POSIX sh; it also works when bash sources it with
 * `set -eo pipefail`, as the official image of PostgreSQL does with a script that is not executable.
 */
export const restoreScript = `#!/bin/sh
# Restores the dump beside this file into a PostgreSQL database.
#
#   sh restore.sh [DATABASE [IDENTITY_FILE]]
#
# DATABASE       a name or a connection string; without it PGDATABASE.
#                Host, port, user and password come from PGHOST, PGPORT, PGUSER and PGPASSWORD, as for psql.
# IDENTITY_FILE  for an encrypted dump: the file with the secret key of age; without it AGE_IDENTITY.

say() {
  printf 'restore.sh: %s\\n' "$1" >&2
}

stop() {
  say "$1"
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

need() {
  has "$1" || stop "The program $1 is missing. It comes with $2."
}

sha256() {
  if has sha256sum; then
    sha256sum
  elif has shasum; then
    shasum -a 256
  else
    openssl dgst -sha256 -r
  fi
}

# The first word of a line.
first() {
  read -r word _
  printf '%s' "$word"
}

check_sum() {
  [ -r "$folder/SHA256SUMS" ] || stop "The file SHA256SUMS is not beside this script."
  read -r wanted name <"$folder/SHA256SUMS" || stop "The file SHA256SUMS is empty."
  [ -r "$folder/$name" ] || stop "The dump $name is not beside this script, or may not be read."
  has sha256sum || has shasum || need openssl "OpenSSL, as sha256sum does with GNU coreutils"
  found=$(sha256 <"$folder/$name" | first)
  [ "$found" = "$wanted" ] ||
    stop "The sha256 of $name is not the one in SHA256SUMS: the file was damaged or changed. Nothing was restored."
}

check_key() {
  case $name in *.age) ;; *) return ;; esac
  plain_name=$(basename -- "$name" .age)
  if [ -z "$identity" ] && [ -r "$folder/$plain_name" ]; then
    say "Taking $plain_name, which somebody has decrypted."
    name=$plain_name
    return
  fi
  need age "the package age, see https://age-encryption.org"
  [ -n "$identity" ] ||
    stop "The dump is encrypted. Name the file with the secret key: sh restore.sh DATABASE IDENTITY_FILE, or in AGE_IDENTITY."
  [ -r "$identity" ] || stop "The identity file $identity is not there, or may not be read."
}

check_tools() {
  need psql "the client of PostgreSQL"
  need pg_restore "the client of PostgreSQL"
  case $name in
    *.gz | *.gz.age) need gzip "the package gzip" ;;
    *.zst | *.zst.age) need zstd "the package zstd" ;;
  esac
}

stored() {
  case $name in
    *.age) age -d -i "$identity" "$folder/$name" ;;
    *) cat "$folder/$name" ;;
  esac
}

# The dump as pg_dump wrote it.
plain() {
  case $name in
    *.gz | *.gz.age) stored | gzip -dc ;;
    *.zst | *.zst.age) stored | zstd -dcq ;;
    *) stored ;;
  esac
}

# Says of the schema that the manifest names: absent, present, or empty for a public one with nothing in it.
look_for_schema() {
  MANIFEST="$folder/manifest.json" PGCLIENTENCODING=UTF8 \\
    psql -X -q -A -t -v ON_ERROR_STOP=1 --dbname="$database" <<'SQL'
\\set manifest \`cat "$MANIFEST"\`
select case when n.oid is null then 'absent'
    when n.nspname <> 'public' or exists (select from pg_depend d
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid and d.classid <> 'pg_extension'::regclass
        and not exists (select from pg_depend e where e.classid = d.classid and e.objid = d.objid and e.deptype = 'e'))
    then 'present' else 'empty' end
  from (select :'manifest'::json -> 'project' ->> 'schema') m (name) left join pg_namespace n on n.nspname = m.name;
SQL
}

restore() (
  # Where another shell has sourced this file, neither its name nor the arguments are ours.
  case \${0##*/} in restore.sh) ;; *) set -- ;; esac
  folder=\${PACKAGE_FOLDER:-$(dirname -- "$0")}
  database=\${1:-\${PGDATABASE-}}
  identity=\${2:-\${AGE_IDENTITY-}}

  check_sum
  check_key
  check_tools
  [ -n "$database" ] || stop "Which database? sh restore.sh DATABASE, or set PGDATABASE."

  # The dump's own list of what it holds, before anything is asked of the server: it tells a wrong key and tools too old.
  objects=$(plain | pg_restore --list | grep -c '') || true
  [ "$objects" -gt 0 ] ||
    stop "The dump could not be opened, see above: a wrong key, or a pg_restore older than pg_dump was. Nothing was restored."

  state=$(look_for_schema) || state=unknown
  case $state in
    absent | empty) ;;
    present) stop "The schema is in this database already. Drop or rename it, or take another. Nothing was restored." ;;
    *) stop "psql could not ask the database, see above. Nothing was restored." ;;
  esac

  # The owners and roles of the source may not exist here: whoever restores owns everything.
  set -- --exit-on-error --no-owner --no-privileges --no-tablespaces --no-security-labels --dbname="$database"
  # PostgreSQL makes the schema public itself, so it is not made again.
  [ "$state" != empty ] || set -- "$@" --schema=public
  left="Drop the schema before you try again."
  # A transaction keeps a lock for each object that it makes, and a server has room for some thousands.
  if [ "$objects" -le 4000 ]; then
    set -- "$@" --single-transaction
    left="Nothing was changed."
  fi
  # sha256 has vouched for every byte, and pg_restore refuses a dump that ends too soon: its own end decides.
  plain | pg_restore "$@" || stop "The dump could not be restored, see above. $left"
  say "Restored."
)

restore "$@"
`;
