#!/bin/sh
# Tries in a container what the strict filter refuses and what must go on working; needs node, git,
# perl and unshare there. Run it with the container's settings as claw makes them:
#
#   podman run --rm --network none --userns keep-id --cap-drop all --read-only --tmpfs /tmp \
#     --security-opt no-new-privileges --security-opt seccomp=strict.json \
#     -v ./try-each.sh:/try-each.sh:ro --entrypoint sh IMAGE /try-each.sh
#
# One line for each attempt; exit 1 if one came out otherwise than it should. System calls go by
# their numbers on x86-64.
failed=0

outcome() { # NAME EXPECTED FOUND
  if [ "$2" = "$3" ]; then
    printf 'ok    %s: %s\n' "$1" "$3"
  else
    printf 'WRONG %s: expected %s, found %s\n' "$1" "$2" "$3"
    failed=1
  fi
}

works() {
  name=$1
  shift
  if "$@" >/dev/null 2>&1; then outcome "$name" works works; else outcome "$name" works fails; fi
}

fails() {
  name=$1
  shift
  if "$@" >/dev/null 2>&1; then outcome "$name" fails works; else outcome "$name" fails fails; fi
}

errno() { # NAME EXPECTED NUMBER ARGUMENT…
  name=$1
  expected=$2
  shift 2
  outcome "$name" "$expected" "$(perl -e '
    my @a = map { $_ + 0 } @ARGV; push @a, 0 while @a < 6;
    my $r = syscall($a[0], $a[1], $a[2], $a[3], $a[4], $a[5]);
    exit 0 if $r == 0 && $a[0] == 56;
    print $r == -1 ? "errno " . ($! + 0) : "works";' "$@")"
}

works 'threads of node' node -e 'const {Worker} = require("worker_threads");
  new Worker("0", {eval: true}).on("exit", c => process.exit(c))'
works 'children of node' node -e 'require("child_process").execSync("true")'
works 'interfaces of node' node -e 'process.exit("lo" in require("os").networkInterfaces() ? 0 : 1)'
works 'loopback of node' node -e 'const h = require("http");
  const s = h.createServer((q, r) => r.end("x")).listen(0, "127.0.0.1", () =>
    h.get({port: s.address().port}, r => process.exit(r.statusCode === 200 ? 0 : 1)))'
works 'git' sh -c 'cd /tmp && git init -q t && cd t &&
  git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m x'
works 'pipes' sh -c 'seq 3 | sort -r'
errno 'clone' works 56 17

fails 'unshare --user' unshare --user true
fails 'unshare --user --mount' unshare --map-root-user --mount true
fails 'mount' mount -t tmpfs x /tmp
for call in ptrace:101 keyctl:250 add_key:248 request_key:249 bpf:321 userfaultfd:323 \
  perf_event_open:298 io_uring_setup:425 setns:308 unshare:272 kexec_load:246 init_module:175 \
  finit_module:313 swapon:167 process_vm_readv:310 process_vm_writev:311 open_by_handle_at:304 \
  name_to_handle_at:303 fanotify_init:300 pivot_root:155 open_tree:428 fsopen:430 mount:165 \
  move_mount:429 pidfd_getfd:438 syslog:103 reboot:169; do
  errno "${call%:*}" 'errno 1' "${call#*:}"
done
errno 'clone with a new user namespace' 'errno 1' 56 268435473
errno 'clone3' 'errno 38' 435
works 'unix socket' perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) or exit 1'
works 'inet socket' perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0) or exit 1'
errno 'packet socket' 'errno 97' 41 17 3
errno 'algorithm socket' 'errno 97' 41 38 5
errno 'vsock socket' 'errno 97' 41 40 1
exit $failed
