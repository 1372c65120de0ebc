"""Agents with a door of their own, and who serves them."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time


class Claw:
    """A state folder of its own, with agents that may reach the given hosts."""

    def __init__(self, launcher, home):
        self.launcher = str(launcher)
        keep = ("PATH", "HOME", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
        self.environment = {name: os.environ[name] for name in keep if name in os.environ}
        self.environment |= {"CLAW_HOME": str(home), "LANG": "C.UTF-8", "CLAW_ALLOW_UNENFORCED": "memory,cpus,pids"}
        self.home = home
        self.agents = []
        self.run("init")

    def run(self, *words, check=True):
        done = subprocess.run([self.launcher, *words], env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        if check and done.returncode != 0:
            sys.exit(f"claw {' '.join(words)}: exit status {done.returncode}: {done.stderr[-800:]}")
        return done.stdout

    def template(self, name, rules):
        lines = "\n".join(f"    - {{host: {host}, ports: [{port}]}}" for host, port in rules)
        pathlib.Path(self.home, "templates", f"{name}.yaml").write_text(f"""\
apiVersion: claw/v1
name: {name}
description: for a benchmark
extends: base
models:
  primary: none/none
  providers:
    none: {{api: openai-completions, baseUrl: "http://127.0.0.1:9/v1", models: [{{id: none, contextWindow: 131072, maxTokens: 8192}}]}}
network:
  profile: allowlist
  allow:
{lines}
""")

    def create(self, template, agent):
        self.run("create", template, agent)
        self.agents.append(agent)

    def start(self, agent):
        """Starts it and gives a process id of its network namespace."""
        self.run("start", "--no-wait", agent)
        return int(output("podman", "inspect", "--format", "{{.State.Pid}}", f"claw-{agent}-agent"))

    def supervisor(self):
        found = re.search(r"pid (\d+)", self.run("supervisor", "status"))
        return int(found.group(1)) if found else None

    def control(self, **question):
        """Asks the supervisor as the commands do; gives its answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(next(iter(self.sockets()))))
            line.sendall(json.dumps(question).encode() + b"\n")
            return json.loads(line.makefile().readline())

    def sockets(self):
        """The control sockets of this user; the one of this home answers with its process."""
        pid = self.supervisor()
        for file in pathlib.Path(os.environ["XDG_RUNTIME_DIR"], "claw").rglob("*.sock"):
            with socket.socket(socket.AF_UNIX) as line:
                try:
                    line.settimeout(2)
                    line.connect(str(file))
                    line.sendall(b'{"act":"status"}\n')
                    if json.loads(line.makefile().readline()).get("status", {}).get("pid") == pid:
                        yield file
                except (OSError, ValueError):
                    pass

    def relay(self, pid):
        """The relay in the network namespace of a process."""
        there = network(pid)
        return next(int(entry) for entry in os.listdir("/proc") if entry.isdigit()
                    and command(entry).split("\0")[0].endswith("haproxy") and network(entry) == there)

    def close(self):
        for agent in self.agents:
            self.run("delete", "--force", agent, check=False)
        self.run("supervisor", "stop", check=False)


def freeze(pid):
    """Stops all processes of a container, which stay where they are."""
    there = os.readlink(f"/proc/{pid}/ns/pid")
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{entry}/ns/pid") == there:
                os.kill(int(entry), signal.SIGSTOP)
        except OSError:
            pass


def output(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def command(pid):
    try:
        return pathlib.Path("/proc", str(pid), "cmdline").read_text()
    except OSError:
        return ""


def network(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return ""


def pss(pids):
    """Resident memory of processes in MB, what they share with others counted in parts."""
    total = 0
    for pid in pids:
        text = pathlib.Path("/proc", str(pid), "smaps_rollup").read_text()
        total += int(re.search(r"^Pss: +(\d+)", text, re.M).group(1))
    return total / 1024


def rss(pid):
    text = pathlib.Path("/proc", str(pid), "smaps_rollup").read_text()
    return int(re.search(r"^Rss: +(\d+)", text, re.M).group(1)) / 1024


def cpu(pids):
    """User and system time of processes and their ended children in seconds."""
    total = 0
    for pid in pids:
        fields = pathlib.Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")
