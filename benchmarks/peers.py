"""Other forward proxies, each with the same thousand hosts where it can have them, and a log of what it lets through."""

import os
import re
import shutil
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def squid(folder, port, hosts):
    (folder / "hosts").write_text("\n".join(host for host in hosts if not is_address(host)) + "\n")
    addresses = "\n".join(f"acl allowed_addresses dst {host}" for host in hosts if is_address(host))
    (folder / "squid.conf").write_text(f"""\
http_port 127.0.0.1:{port}
acl allowed_hosts dstdomain "{folder}/hosts"
{addresses}
http_access allow allowed_addresses
http_access allow allowed_hosts
http_access deny all
cache deny all
cache_mem 8 MB
access_log stdio:{folder}/access.log
cache_log {folder}/cache.log
pid_filename none
netdb_filename none
pinger_enable off
coredump_dir {folder}
max_filedescriptors 4096
shutdown_lifetime 0 seconds
""")
    return ["-N", "-f", str(folder / "squid.conf")]


def tinyproxy(folder, port, hosts):
    (folder / "hosts").write_text("".join(f"^{re.escape(host)}$\n" for host in hosts))
    (folder / "tinyproxy.conf").write_text(f"""\
Port {port}
Listen 127.0.0.1
Timeout 600
MaxClients 600
LogFile "{folder}/tinyproxy.log"
LogLevel Connect
Filter "{folder}/hosts"
FilterDefaultDeny Yes
FilterExtended On
""")
    return ["-d", "-c", str(folder / "tinyproxy.conf")]


def mitmdump(folder, port, hosts):
    # It has no list of hosts but a script, which would only be slower.
    return ["-q", "--listen-host", "127.0.0.1", "-p", str(port), "--set", f"confdir={folder}",
            "--set", "stream_large_bodies=1m", "--set", "connection_strategy=lazy"]


def is_address(host):
    return re.fullmatch(r"[0-9.]+", host) is not None


class Peer:
    """A proxy that runs until it is closed."""

    def __init__(self, name, folder, hosts):
        folder.mkdir()
        self.name = name
        self.address = f"127.0.0.1:{free_port()}"
        words = globals()[name](folder, int(self.address.rsplit(":", 1)[1]), hosts)
        self.process = subprocess.Popen([find(name), *words], cwd=folder, stdin=subprocess.DEVNULL,
                                        stdout=open(folder / "output", "w"), stderr=subprocess.STDOUT)
        self.pids = [self.process.pid]
        for _ in range(200):
            if self.process.poll() is not None:
                raise RuntimeError(f"{name}: ended with {self.process.returncode}: " + (folder / "output").read_text()[-400:])
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(self.address.rsplit(":", 1)[1]))) == 0:
                    return
            time.sleep(0.1)
        raise RuntimeError(f"{name}: does not listen: " + (folder / "output").read_text()[-400:])

    def version(self):
        words = subprocess.run([find(self.name), "-v" if self.name != "mitmdump" else "--version"],
                               stdout=subprocess.PIPE, text=True).stdout.split("\n")[0].split()
        return f"{self.name} {next((word for word in words if re.match(r'[0-9]', word)), '?')}"

    def close(self):
        self.process.kill()
        self.process.wait()


def find(name):
    """Debian keeps squid where an ordinary user's PATH does not lead."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin")
