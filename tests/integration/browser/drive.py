"""Runs the drivers of this folder: the browser's side of tests, as JSON."""
import fcntl
import json
import os
import subprocess
import sys

from harness.patience import PACE
from harness.places import ROOT

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = os.path.join(ROOT, "build", "browser-packages")
PLAYERS = os.path.join(ROOT, "build", "browser-players")


def fetched(folder, *arguments):
    """Lays what scripts/fetch-www pins, once however many tests ask."""
    os.makedirs(os.path.dirname(folder), exist_ok=True)
    pins = os.path.join(HERE, "packages.json") if arguments else os.path.join(ROOT, "plugins/pages/www/players.json")
    with open(folder + ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(folder) or os.path.getmtime(folder) < os.path.getmtime(pins):
            subprocess.run([sys.executable, os.path.join(ROOT, "scripts/fetch-www"), "--into", folder, *arguments], check=True)
    return folder


def players():
    return fetched(PLAYERS)


def drive(script, **words):
    """{script}.mjs with --word value each; (exit code, what it wrote). Underscores become dashes."""
    arguments = [text for name, value in words.items() for text in ("--" + name.replace("_", "-"), str(value))]
    environment = {**os.environ, "SLUICE_BROWSER_PACKAGES": fetched(PACKAGES, "--tests")}
    done = subprocess.run(["node", os.path.join(HERE, script + ".mjs"), *arguments], env=environment, text=True,
                          capture_output=True, timeout=150 * PACE)
    if not done.stdout.strip():
        raise AssertionError(f"{script}.mjs {arguments} wrote nothing and ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.returncode, json.loads(done.stdout)


def watch(url, player, seconds=20, **words):
    """What play.mjs tells: see there."""
    return drive("play", url=url, player=player, seconds=seconds, **words)[1]
