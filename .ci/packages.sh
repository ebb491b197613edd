# Sourced by tests/run and examples/run: installs what is missing from the distribution's packages.
#
#   install_missing PACKAGE...
#
# Says what it installs, and does nothing (and says nothing) when all is there. Works as root, else through
# sudo; without a terminal sudo may not ask for a password. When it cannot, returns 1 with a line on stderr
# that says what to type.

# What every build needs.
BUILD_PACKAGES=(
  doctest-dev
  g++
  libcli11-dev
  libevent-dev
  libfmt-dev
  meson
  ninja-build
  pkg-config
)

missing_packages() {
  local installed package
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null)
  for package in "$@"; do
    case $'\n'"$installed"$'\n' in
      *$'\n'"$package installed"$'\n'*) ;;
      *) echo "$package" ;;
    esac
  done
}

install_missing() {
  local missing as_root=()
  if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system: cannot check for the packages $*" >&2
    return 0
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -eq 0 ] && return 0

  echo "installing ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "not root, and no sudo: as root, type: apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
    [ -t 0 ] || as_root+=(-n)
  fi
  local get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -qq)
  local install=("${get[@]}" install -y --no-install-recommends "${missing[@]}")
  local said
  # Package lists that are absent or old make the first attempt fail.
  if said=$("${install[@]}" 2>&1 </dev/null); then return 0; fi
  if said=$("${get[@]}" update 2>&1 </dev/null && "${install[@]}" 2>&1 </dev/null); then return 0; fi
  echo "$said" >&2
  echo "cannot install ${missing[*]}; as root, type: apt-get update && apt-get install ${missing[*]}" >&2
  return 1
}
