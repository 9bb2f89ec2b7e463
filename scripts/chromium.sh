#!/bin/sh
# Starts Debian's Chromium where `bootstrap.py test --all` unpacked it and put this file beside it.
here=$(cd "$(dirname "$0")" && pwd)
for folder in "$here"/lib/*-linux-gnu* "$here"/usr/lib/*-linux-gnu* "$here"/usr/lib/*-linux-gnu*/pulseaudio; do
    LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder"
done
export LD_LIBRARY_PATH
if [ -e "$here/etc/fonts/fonts.conf" ]; then # it came along because the machine has none
    export FONTCONFIG_FILE="$here/etc/fonts/fonts.conf" XDG_DATA_HOME="$here/usr/share"
fi
exec "$here/usr/lib/chromium/chromium" "$@"
