#!/usr/bin/env bash
# Make sure that the system libraries and programs are there which pip cannot bring (Debian, Ubuntu and their kin).
#
#   system-packages.sh run       what the program needs: Qt's libraries
#   system-packages.sh test      the same, and a private desktop to test on
#   system-packages.sh package   the same as test, and what freezing the program needs
#
# Installs what is missing as root or with a sudo that asks no password. Otherwise it changes nothing, prints the one
# line to run, and fails. Names that newer releases renamed are written old|new.
set -euo pipefail

run=(
    'libglib2.0-0|libglib2.0-0t64' libgl1 libegl1 libdbus-1-3 libfontconfig1 libxkbcommon0 libx11-6
    libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
    libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0 libx11-xcb1
    libwayland-client0 libwayland-cursor0 libwayland-egl1
)
test=(
    xvfb xauth x11-utils x11-xserver-utils xdotool imagemagick openbox xfce4-panel at-spi2-core
    dbus dbus-x11 dunst git gnome-keyring libglib2.0-bin libnotify-bin libsecret-tools
    desktop-file-utils appstream
)
package=(binutils file)

case "${1:-}" in
    run) wanted=("${run[@]}") ;;
    test) wanted=("${run[@]}" "${test[@]}") ;;
    package) wanted=("${run[@]}" "${test[@]}" "${package[@]}") ;;
    *) echo "usage: $0 run|test|package" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is not a Debian or Ubuntu system, so Qt's system libraries are taken to be there already." >&2
    exit 0
fi

installed() {
    [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

known() {
    apt-cache show --no-all-versions "$1" >/dev/null 2>&1
}

# The python that makes the virtual environment; the distribution's own comes without the means to do so.
python=${PYTHON:-python3}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    wanted+=("python$version-venv")
fi

missing=()
for names in "${wanted[@]}"; do
    found=
    for name in ${names//|/ }; do
        if installed "$name"; then found=yes; fi
    done
    [ -n "$found" ] || missing+=("$names")
done
[ ${#missing[@]} -gt 0 ] || exit 0

choose() { # the first of old|new that the package lists know, else the first
    local names name
    for names in "${missing[@]}"; do
        for name in ${names//|/ }; do
            if known "$name"; then echo "$name"; continue 2; fi
        done
        echo "${names%%|*}"
    done
}

if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
else
    mapfile -t chosen < <(choose)
    {
        echo "Some system packages are missing. Nothing was changed. Install them with this line, then try again:"
        echo
        echo "sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${chosen[*]}"
        echo
    } >&2
    exit 1
fi

"${as_root[@]}" apt-get update --quiet --quiet
mapfile -t chosen < <(choose)
echo "Installing system packages: ${chosen[*]}"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --quiet --no-install-recommends "${chosen[@]}" >/dev/null
