#!/bin/sh
# Builds the root file system of the container image: image.sh PROGRAM FOLDER
# It contains the program, its shared libraries, CA certificates, one user, and an empty /data.
set -eu
program=$1 root=$2

install -D -m 0755 "$program" "$root/usr/bin/shoseki"
strip "$root/usr/bin/shoseki" 2>/dev/null || true
# `ldd` prints `NAME => PATH (ADDRESS)`, and only the path for the loader.
ldd "$program" | sed -n 's|^[^/]*\(/[^ ]*\) (0x.*|\1|p' | while read -r library; do
    install -D -m 0755 "$library" "$root$library"
done
install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
printf 'shoseki:x:65532:65532:Shoseki:/data:/usr/sbin/nologin\n' > "$root/etc/passwd"
printf 'shoseki:x:65532:\n' > "$root/etc/group"
install -d -m 0700 "$root/data"
chown 65532:65532 "$root/data"
install -d -m 1777 "$root/tmp"
