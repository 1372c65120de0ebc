# Builds the one way out of an agent's network namespace: sh -ec THIS door CONFIG
#
# Runs in that namespace, as root of the operator's user namespace, which is no privilege on the host. Building twice
# is the same as building once.

# Every address is this namespace's own, so that there is nowhere else for a packet to go.
ip link set lo up
ip addr replace 100.64.0.1/32 dev lo
ip route replace default dev lo src 100.64.0.1
ip route replace local 0.0.0.0/0 dev lo table local

# Without the second chain the agent's own kernel would answer pings for the whole world.
nft -f - <<'RULES'
table ip claw
delete table ip claw
table ip claw {
  chain capture {
    type nat hook output priority -100;
    ip daddr != 127.0.0.0/8 meta l4proto tcp redirect to :3130
  }
  chain nothing_else {
    type filter hook output priority 0;
    ip daddr != 127.0.0.0/8 meta l4proto != tcp reject
  }
}
RULES

exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all haproxy -D -f "$1"
