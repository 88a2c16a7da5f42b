#!/bin/sh
# Installs what one purpose needs and nothing twice: sh deploy/setup.sh run | agent | lint | test | all
#
#   run    run-time packages, front-end parts, a Chinese font for lines that a printer's own cannot print
#   agent  only what "hall agent" needs on a computer with a printer: no server, no front-end parts
#   lint   run-time and development packages
#   test   everything, Chromium, PostgreSQL and Redis for the tests included
#   all    the same as test
#
# What was installed is remembered as a checksum of the lock files, so that a second run costs a few
# milliseconds and a changed lock is noticed. PYTHON names another interpreter. The environment's own
# settings for pip and npm are honoured. Everything the installers say goes to var/setup.log.

set -eu
cd "$(dirname "$0")/.."
ROOT=$PWD
LOG=var/setup.log
VENV=.venv
VENV_STAMP=$VENV/.baiyin-hall
VENDOR=shared/web/static/vendor
VENDOR_STAMP=node_modules/.baiyin-hall
NOTO=/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
checksum() { cat "$@" | sha256sum | cut -c1-64; }

# An interpreter that is neither too old nor too new and can make a virtual environment.
usable() {
    "$1" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

right_version() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1
}

choose_python() {
    for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13 /usr/bin/python3; do
        if usable "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
}

# Stops when the interpreters here are of a wrong version: no Debian package of this release mends that.
refuse_wrong_python() {
    for candidate in ${PYTHON:-} python3.11 python3 python3.12 python3.13 /usr/bin/python3; do
        if right_version "$candidate"; then return; fi
    done
    have python3 || return 0
    stop "Python 3.11, 3.12 or 3.13 is needed, but python3 here is $(python3 -c 'import sys; print(sys.version.split()[0])')." \
        "Install one of them (Debian 12 has 3.11) or name it: make setup PYTHON=/path/to/python3.11"
}

font_here() {
    [ -e "$NOTO" ] && return 0
    have fc-list && fc-list : family | grep -q 'Noto Sans CJK'
}

# Debian keeps the server's programs out of PATH.
postgresql_here() {
    have postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1
}

library_here() {
    /sbin/ldconfig -p 2>/dev/null | grep -q "$1"
}

# Commands are looked for, not packages: Node.js or Chromium may come from elsewhere.
missing_packages() {
    [ -n "$(choose_python)" ] || printf 'python3 python3-venv '
    if [ "$front_end" = yes ]; then
        have node || printf 'nodejs '
        have npm || printf 'npm '
    fi
    if [ "$prints" = yes ]; then
        font_here || printf 'fonts-noto-cjk '
        library_here libusb-1.0.so.0 || printf 'libusb-1.0-0 '
    fi
    if [ "$tests" = yes ]; then
        [ -x /usr/bin/chromium ] || printf 'chromium '
        # The browser tests' driver is a Node.js of its own, which wants a library that a bare system lacks.
        library_here libatomic.so.1 || printf 'libatomic1 '
        # The tests start servers of their own; what the packages start besides is not touched.
        postgresql_here || printf 'postgresql '
        have redis-server || printf 'redis-server '
    fi
}

install_debian_packages() {
    packages=$(missing_packages)
    [ -n "$packages" ] || return 0
    packages=${packages% }
    case " $packages " in *" python3-venv "*) refuse_wrong_python ;; esac
    have apt-get || stop "these are missing, install them with your system's package manager: $packages"
    [ "$(id -u)" -eq 0 ] || stop "some Debian packages are missing, run: sudo apt-get install $packages"
    say "installing Debian packages: $packages"
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # An outdated list may still do, so only the installation's own failure counts.
    apt-get update >>"$LOG" 2>&1 || say "the list of Debian packages could not be refreshed, going on"
    # shellcheck disable=SC2086  # the names are words
    apt-get install -y --no-install-recommends $packages >>"$LOG" 2>&1 ||
        stop "the Debian packages could not be installed ($packages). The reason is at the end of $LOG"
}

# One line for a person out of an installer's failure; the whole of it stays in the log.
explain() {
    if tail -n 80 "$LOG" | grep -qE 'DO NOT MATCH THE HASHES|EINTEGRITY'; then
        stop "a downloaded package is not the one in the lock file, nothing of it was installed. See $LOG"
    fi
    if tail -n 80 "$LOG" | grep -qE "Connection|connection|timed out|name resolution|No matching distribution|EAI_AGAIN|ECONN|ETIMEDOUT|ENOTFOUND|network"; then
        stop "the registry of $1 packages could not be reached. Check the network and run make again. See $LOG"
    fi
    stop "the $1 packages could not be installed. The reason is at the end of $LOG"
}

# Scripts in a virtual environment name its path, so one that was copied or moved is made anew.
venv_sound() {
    usable "$VENV/bin/python" && head -n 1 "$VENV/bin/pip" 2>/dev/null | grep -qF "$ROOT/$VENV/"
}

install_python_packages() {
    wanted="$python_lock $(checksum requirements.lock requirements-dev.lock requirements-agent.lock pyproject.toml) $ROOT"
    present=$(cat "$VENV_STAMP" 2>/dev/null || true)
    # The development lock holds the run-time packages as well, and these hold an agent's.
    if [ -x "$VENV/bin/hall" ]; then
        case "$python_lock $present" in
            "${wanted%% *} $wanted" | *" requirements-dev.lock ${wanted#* }") return 0 ;;
            "requirements-agent.lock requirements.lock ${wanted#* }") return 0 ;;
        esac
    fi
    rm -f "$VENV_STAMP"
    if ! venv_sound; then
        rm -rf "$VENV"
        say "making the virtual environment $VENV"
        "$(choose_python)" -m venv "$VENV" >>"$LOG" 2>&1 || stop "no virtual environment could be made. See $LOG"
    fi
    say "installing Python packages from $python_lock"
    PIP_RETRIES=${PIP_RETRIES:-2} "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input \
        --require-hashes -r "$python_lock" >>"$LOG" 2>&1 || explain Python
    "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --no-index \
        --no-deps --no-build-isolation -e . >>"$LOG" 2>&1 || stop "the hall itself could not be installed. See $LOG"
    printf '%s\n' "$wanted" >"$VENV_STAMP"
}

install_front_end() {
    wanted=$(checksum package.json package-lock.json .npmrc)
    if [ "$(cat "$VENDOR_STAMP" 2>/dev/null || true)" = "$wanted" ] && [ -s "$VENDOR/socket.io.esm.min.js" ]; then
        return 0
    fi
    say "installing front-end parts from package-lock.json"
    npm ci --ignore-scripts --no-audit --no-fund >>"$LOG" 2>&1 </dev/null || explain npm
    mkdir -p "$VENDOR"
    cp node_modules/socket.io-client/dist/socket.io.esm.min.js "$VENDOR/"
    cp node_modules/socket.io-client/LICENSE "$VENDOR/socket.io-client.LICENSE.txt"
    printf '%s\n' "$wanted" >"$VENDOR_STAMP"
}

front_end=yes prints=yes tests=yes python_lock=requirements-dev.lock
case ${1:-all} in
    run) tests=no python_lock=requirements.lock ;;
    agent) front_end=no tests=no python_lock=requirements-agent.lock ;;
    lint) front_end=no prints=no tests=no ;;
    test | all) ;;
    *) stop "unknown purpose '$1': run, agent, lint, test or all" ;;
esac

mkdir -p var
# Two runs at once would install into each other's half-made environment.
exec 9>var/setup.lock
if have flock; then flock 9; fi
install_debian_packages
install_python_packages
[ "$front_end" = no ] || install_front_end
