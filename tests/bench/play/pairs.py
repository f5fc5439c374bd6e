"""A whole server with N players of one 1 Mbit/s stream, against a bare epoll server that writes the same bytes.

Reports and judges nothing: it exits 0 unless it could not measure. The method stands in docs/benchmarks.md."""
import argparse
import json
import os
import platform
import resource
import sys
import time

from report import print_cell, print_tables, summarise
from servers import ROOT, CannotMeasure, Floor, Peers, Sluice, cpu_us, machine_busy, private_kib

JOINS_PER_SECOND = 500
SETTLE_SECONDS = 2.0
WARM_SECONDS = 2.5  # one GOP and a bit, so that a joining player finds a key frame
WARM_FOR_MEMORY_SECONDS = 15.0  # until the stream's own cache (10 s) no longer grows
TURN_SECONDS = 1.5  # starting and ending the processes of a run


def numbers(text):
    values = [int(part) for part in text.split(",")]
    if any(value < 0 for value in values):
        raise argparse.ArgumentTypeError("wants numbers with commas between them")
    return values


def options(subject):
    parser = argparse.ArgumentParser(prog=f"scripts/bench {subject.name}", description=__doc__)
    parser.add_argument("--players", type=numbers, help="default 500,1000,2000")
    parser.add_argument("--pairs", type=int, help="Sluice and floor in turn; default 7")
    parser.add_argument("--seconds", type=float, help="of steady play in each run; default 8")
    if subject.merges:
        parser.add_argument("--merge", type=numbers, default=[0, 350], help="merge windows in ms; default 0,350")
    parser.add_argument("--server", default=os.path.join(ROOT, "build/stage/bin/sluice"))
    parser.add_argument("--peers", default=os.path.join(ROOT, "build/release/tests/bench"),
                        help="folder of the benchmarks' own programs")
    parser.add_argument("--floor-only", action="store_true", help="the floor against itself: what noise does to a ratio")
    parser.add_argument("--quick", action="store_true", help="unless given: 200 players, 3 pairs, 4 s")
    chosen = parser.parse_args()
    if not subject.merges:
        chosen.merge = [0]
    if chosen.quick:
        chosen.players, chosen.pairs, chosen.seconds = chosen.players or [200], chosen.pairs or 3, chosen.seconds or 4
    chosen.players, chosen.pairs, chosen.seconds = chosen.players or [500, 1000, 2000], chosen.pairs or 7, chosen.seconds or 8
    if min(chosen.players) < 1 or chosen.pairs < 1 or chosen.seconds < 1:
        parser.error("at least one player, one pair and one second")
    return chosen


def second_without_players(pid):
    """What one second costs while only the publisher is there, once the stream's own cache should be full.

    Memory that still grows would be counted to the players; CPU is the part of the figures that no player causes."""
    time.sleep(WARM_FOR_MEMORY_SECONDS * 2 / 3)
    kib, cpu, began = private_kib(pid), cpu_us(pid), time.monotonic()
    time.sleep(WARM_FOR_MEMORY_SECONDS / 3)
    seconds = time.monotonic() - began
    return {"kib": (private_kib(pid) - kib) / seconds, "cpu_us": (cpu_us(pid) - cpu) / seconds}


def run_once(chosen, peers, make_server, players, merge, for_memory=False):
    """One server from start to end: publisher, N players, one window of steady play."""
    with make_server(merge) as server:
        without_players = None
        if for_memory:
            without_players = second_without_players(server.pid)
        else:
            time.sleep(WARM_SECONDS)
        before = private_kib(server.pid)
        with peers.players(server, players, JOINS_PER_SECOND, SETTLE_SECONDS, chosen.seconds) as load:
            load.wait_for("window", players / JOINS_PER_SECOND + SETTLE_SECONDS + 30)
            busy_before = machine_busy()
            result = load.wait_for("result", chosen.seconds + 30)
            busy_after = machine_busy()
            after = private_kib(server.pid)
        server.check_alive()
    if result["bytes"] == 0:
        raise CannotMeasure(f"no player of {server.name} got anything; {result['end_reason'] or 'no reason given'}")
    result["server"] = server.name
    result["cpu_us_per_mib"] = result["server_cpu_us"] / (result["bytes"] / 2**20)
    result["machine_busy"] = (busy_after[0] - busy_before[0]) / max(1e-9, busy_after[1] - busy_before[1])
    ours = (result["server_cpu_us"] + result["client_cpu_us"]) / 1e6 / result["seconds"] / os.cpu_count()
    result["others_busy"] = max(0.0, result["machine_busy"] - ours)
    result["kib_per_player"] = (after - before) / players
    result["second_without_players"] = without_players
    return result


def measure_cell(chosen, peers, first, second, players, merge):
    """Memory and warmth from one run of its own, then the pairs in turn."""
    cell = {"players": players, "merge_ms": merge, "pairs": []}
    cell["memory_run"] = run_once(chosen, peers, first, players, merge, for_memory=True)
    for number in range(chosen.pairs):
        pair = {}
        # Which one begins changes from pair to pair, so that a drift of the machine favours neither.
        for name, make in (("sluice", first), ("floor", second))[:: 1 if number % 2 == 0 else -1]:
            pair[name] = run_once(chosen, peers, make, players, merge)
        pair["ratio"] = pair["sluice"]["cpu_us_per_mib"] / pair["floor"]["cpu_us_per_mib"]
        cell["pairs"].append(pair)
        print_cell(cell, chosen.pairs)
    return cell


def estimated_minutes(chosen):
    total = 0
    for players in chosen.players:
        run = players / JOINS_PER_SECOND + SETTLE_SECONDS + chosen.seconds + WARM_SECONDS + TURN_SECONDS
        total += len(chosen.merge) * (2 * chosen.pairs * run + run + WARM_FOR_MEMORY_SECONDS)
    return total / 60


def raise_descriptor_limit(wanted):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < wanted + 100:
        raise CannotMeasure(f"{wanted} connections need more descriptors than the hard limit of {hard}")


def write_runs(name, found):
    path = os.path.join(ROOT, f"build/bench/{name}.json")
    with open(path, "w", encoding="utf-8") as out:
        json.dump({"machine": {"cores": os.cpu_count(), "kernel": platform.release()}, **found}, out, indent=1)
    print(f"every run: {os.path.relpath(path, ROOT)}")


def measure(subject):
    chosen = options(subject)
    raise_descriptor_limit(max(chosen.players))
    peers = Peers(chosen.peers, subject)
    floor = lambda merge: Floor(peers, merge)  # noqa: E731
    first = floor if chosen.floor_only else lambda merge: Sluice(peers, chosen.server, merge)
    print(f"{subject.name}: {chosen.pairs} pairs of {chosen.seconds:g} s for {chosen.players} players, "
          f"merge windows {chosen.merge} ms; this takes about {estimated_minutes(chosen):.0f} minutes", flush=True)
    cells = [measure_cell(chosen, peers, first, floor, players, merge)
             for merge in chosen.merge for players in chosen.players]
    summaries = [summarise(cell) for cell in cells]
    print_tables(summaries)
    write_runs(subject.folder, {"summaries": summaries, "cells": cells})


def run(name, work):
    try:
        work()
    except CannotMeasure as reason:
        sys.exit(f"{name}: could not measure: {reason}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted")
