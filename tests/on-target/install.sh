#!/usr/bin/env bash
# Installs what the on-target harness needs on Debian 12: emulators, the AVR linker and C start-up, and a
# rustc that comes with its library sources. It is the only part of the harness that knows Debian; the rest
# looks tools up in PATH. Says nothing and changes nothing when everything is there.
set -euo pipefail

packages=(
  gcc libc6-dev                          # builds the two measuring tools, icount.c and avr_run.c
  gcc-avr binutils-avr avr-libc          # links ATmega328P firmware
  libsimavr-dev libelf-dev               # runs it, counting cycles
  binutils-arm-none-eabi                 # shows the instructions of ARM firmware
  rustc-web cargo-web rust-web-src       # builds core for targets that rustup has not installed
)
# Debian 12's own QEMU is 7.2; the plugin that counts instructions needs 9.0, and some boards are newer too.
backports=(qemu-system-arm qemu-system-riscv)

fail() { echo "tests/on-target/install.sh: $*" >&2; exit 1; }

# Prints those of the given packages that are not installed.
missing() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

# Rust's own linker comes with rustup; without it, LLVM's from the newest LLVM that Debian has.
has_lld() {
  compgen -c | grep -E '^(rust-lld|ld\.lld(-[0-9]+)?)$' >/dev/null && return
  local rustc sysroot
  for rustc in $(type -ap rustc); do
    sysroot=$("$rustc" --print sysroot 2>/dev/null) || continue
    compgen -G "$sysroot/lib/rustlib/*/bin/rust-lld" >/dev/null && return
  done
  return 1
}

as_root() {
  if [[ $EUID == 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "must be root, or have sudo, to install: ${wanted[*]}"
  fi
}

# Runs apt-get without questions, and prints what it said only when it failed. Waits for other apt runs.
apt_get() {
  local log
  log=$(mktemp)
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 "$@" >"$log" 2>&1; then
    cat "$log" >&2; rm -f "$log"
    fail "apt-get $1 failed (its words are above)"
  fi
  rm -f "$log"
}

command -v dpkg-query >/dev/null || fail "this is not Debian. Install QEMU 9.0 or newer for ARM and RISC-V," \
  "avr-gcc, avr-libc, libsimavr and libelf with headers, and the rustup targets the harness names"

mapfile -t wanted < <(missing "${packages[@]}" "${backports[@]}")
has_lld || wanted+=(lld)
[[ ${#wanted[@]} == 0 ]] && exit 0

# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
[[ $codename == bookworm ]] || fail "knows Debian 12 (bookworm), not '$codename'. Still missing: ${wanted[*]}"

echo "installing for the on-target tests: ${wanted[*]}"
sources=/etc/apt/sources.list.d/bookworm-backports.sources
if ! grep -rqsE '^[^#]*bookworm-backports' /etc/apt/sources.list /etc/apt/sources.list.d --include '*.list' --include '*.sources'; then
  as_root tee "$sources" >/dev/null <<'EOF'
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
EOF
fi
apt_get update

mapfile -t wanted < <(missing "${packages[@]}")
has_lld || wanted+=("$(apt-cache search --names-only '^lld-[0-9]+$' | cut -d' ' -f1 | sort -V | tail -n1)")
[[ ${#wanted[@]} == 0 ]] || apt_get install --no-install-recommends "${wanted[@]}"
mapfile -t wanted < <(missing "${backports[@]}")
[[ ${#wanted[@]} == 0 ]] || apt_get install --no-install-recommends -t bookworm-backports "${wanted[@]}"
