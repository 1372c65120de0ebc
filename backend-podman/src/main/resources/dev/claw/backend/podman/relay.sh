# Starts a relay in an agent's network namespace: sh -ec THIS NAME CONFIG
#
# Runs in that namespace, as root of the operator's user namespace, which is no privilege on the host.
ip link set lo up
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all haproxy -D -f "$1"
