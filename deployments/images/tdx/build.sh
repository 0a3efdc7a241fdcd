#!/bin/sh
# Recipe of the TDX image: a kernel and an initrd with everything else, for direct boot. Needs Debian with mmdebstrap,
# cpio and zstd, and Debian 13, whose kernel has configfs-tsm (6.7 and later) and tdx_guest.
#   deployments/images/tdx/build.sh OUT       after npm run build:enclave
set -eu
repository=$(cd "$(dirname "$0")/../../.." && pwd)
out=$(mkdir -p "$1" && cd "$1" && pwd)
: "${SOURCE_DATE_EPOCH:=1767225600}"
: "${SNAPSHOT:?set it to the URL of a dated archive of Debian, so that the same packages come again}"
export SOURCE_DATE_EPOCH
staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT

mmdebstrap --variant=custom --mode=unshare \
  --include=busybox-static,kmod,libc6,libgcc-s1,libstdc++6,socat,linux-image-amd64 \
  trixie "$staging/root.tar" "$SNAPSHOT"
mkdir "$staging/root"
tar -xf "$staging/root.tar" -C "$staging/root" --exclude='./dev/*'
cp "$staging"/root/boot/vmlinuz-* "$out/vmlinuz"
rm -rf "$staging/root/boot" "$staging/root/usr/share/doc" "$staging/root/var"

mkdir -p "$staging/root/corridor"
cp "$repository/node_modules/node/bin/node" "$staging/root/corridor/node"
for file in enclave.mjs enclave-tdx.mjs blst.linux-x64-gnu.node; do
  cp "$repository/build/enclave/$file" "$staging/root/corridor/"
done
cp "$repository/deployments/images/tdx/init" "$staging/root/init"
chmod 0755 "$staging/root/init" "$staging/root/corridor/node"

find "$staging/root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
(cd "$staging/root" && find . -print0 | LC_ALL=C sort -z |
  cpio --null --create --format=newc --reproducible --owner=0:0 --quiet) | zstd -19 -T1 -q -o "$out/initrd.zst" -f
sha256sum "$out/vmlinuz" "$out/initrd.zst"
