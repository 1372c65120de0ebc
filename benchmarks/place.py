"""Where benchmarks run and on what: an ordinary user's copy of what they need, and the facts about the machine."""

import datetime
import os
import pathlib
import platform
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def as_ordinary_user(launcher, script, *words):
    """Root's checkout may stand where the ordinary user can't go, so that one gets a copy of what it needs."""
    place = pathlib.Path(tempfile.mkdtemp(prefix="claw-benchmark-", dir="/var/tmp"))
    try:
        place.chmod(0o755)
        # With its times: a copy whose files are newer does not match its class-data archive.
        shutil.copytree(launcher.resolve().parent.parent, place / "claw", symlinks=True)
        for file in HERE.iterdir():
            if file.is_file():
                shutil.copy2(file, place)
        subprocess.run(["chmod", "-R", "go+rX", place], check=True)
        # Not the shims of a version manager in root's home.
        command = [HERE.parent / "scripts/rootless", "/usr/bin/python3", place / script, "--claw", place / "claw/bin/claw"]
        return subprocess.run([*command, *words], cwd=place).returncode
    finally:
        shutil.rmtree(place)


def machine(claw):
    """What a result must say about where it comes from."""
    def first_line(*command):
        return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.splitlines()[0]

    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    release = next((line.split("=", 1)[1].strip().strip('"') for line in open("/etc/os-release")
                    if line.startswith("PRETTY_NAME=")), "?")
    java = next((line.split("=", 1)[1].strip().strip('"') for line in open(claw.resolve().parent.parent / "runtime/release")
                 if line.startswith("JAVA_VERSION=")), "?")
    return [
        f"{datetime.date.today()}, {release}, Linux {platform.release()}",
        f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start",
        f"{first_line(str(claw), '--version')}, Java {java}, {first_line('podman', '--version')}, "
        f"Python {platform.python_version()}",
    ]
