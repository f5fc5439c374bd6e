"""A whole server with N viewers of HLS: what a request costs, and how late a part is.

Reports and judges nothing: it exits 0 unless it could not measure. The method stands in docs/benchmarks.md."""
import argparse
import os
import statistics
import time

from pairs import numbers, raise_descriptor_limit, write_runs
from report import QUIET, print_rows
from servers import ROOT, CannotMeasure, Peers, Sluice, machine_busy, private_kib

JOINS_PER_SECOND = 500
SETTLE_SECONDS = 14.0  # until the lists have their full length
WARM_SECONDS = 2.5
CONNECTIONS = {"reload": 2, "hints": 4, "plain": 1}  # of a viewer


def options(subject):
    parser = argparse.ArgumentParser(prog=f"scripts/bench {subject.name}", description=__doc__)
    parser.add_argument("--players", type=numbers, help="default 500,1000,2000")
    parser.add_argument("--runs", type=int, help="of each row; default 3")
    parser.add_argument("--seconds", type=float, help="of steady play in each run; default 10")
    parser.add_argument("--server", default=os.path.join(ROOT, "build/stage/bin/sluice"))
    parser.add_argument("--peers", default=os.path.join(ROOT, "build/release/tests/bench"),
                        help="folder of the benchmarks' own programs")
    parser.add_argument("--tokens", action="store_true", help="each viewer has a query of its own, so lists of its own")
    if subject.name == "ll-hls":
        parser.add_argument("--hints", action="store_true", help="parts are asked for as soon as they are hinted, "
                            "on connections of their own; else when a list names them, as hls.js does")
    else:
        parser.add_argument("--fmp4", action="store_true", help="picture and sound apart, as CMAF; else transport stream")
    parser.add_argument("--quick", action="store_true", help="unless given: 200 players, 1 run, 5 s")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.players, chosen.runs, chosen.seconds = chosen.players or [200], chosen.runs or 1, chosen.seconds or 5
    chosen.players, chosen.runs, chosen.seconds = chosen.players or [500, 1000, 2000], chosen.runs or 3, chosen.seconds or 10
    if min(chosen.players) < 1 or chosen.runs < 1 or chosen.seconds < 1:
        parser.error("at least one player, one run and one second")
    chosen.mode = "plain" if subject.name == "hls" else "hints" if chosen.hints else "reload"
    chosen.renditions = "ts" if chosen.mode == "plain" and not chosen.fmp4 else "v1,a2"
    chosen.connections = CONNECTIONS[chosen.mode] * (2 if chosen.mode == "plain" and chosen.fmp4 else 1)
    return chosen


def run_once(chosen, peers, players):
    """One server from start to end. Memory is that of viewers beside one who was there before: the window of
    segments and the packagings are the stream's."""
    peers.subject.arguments = ["--mode", chosen.mode, "--renditions", chosen.renditions, "--tokens",
                               str(int(chosen.tokens)), "--times", peers.times]
    with Sluice(peers, chosen.server, 0) as server:
        time.sleep(WARM_SECONDS)
        with peers.players(server, 1, JOINS_PER_SECOND, 20, 1) as first:
            first.wait_for("window", 60)
            first.wait_for("result", 30)
            before = private_kib(server.pid)
            with peers.players(server, players, JOINS_PER_SECOND, SETTLE_SECONDS, chosen.seconds) as load:
                load.wait_for("window", players / JOINS_PER_SECOND + SETTLE_SECONDS + 60)
                busy_before = machine_busy()
                result = load.wait_for("result", chosen.seconds + 30)
                busy_after = machine_busy()
                after = private_kib(server.pid)
        server.check_alive()
    if result["answers"] == 0:
        raise CannotMeasure(f"no viewer got anything; {result['last_fault'] or 'no reason given'}")
    result["per_second"] = result["answers"] / result["seconds"]
    result["cpu_us_per_answer"] = result["server_cpu_us"] / result["answers"]
    result["server_cores"] = result["server_cpu_us"] / 1e6 / result["seconds"]
    result["machine_busy"] = (busy_after[0] - busy_before[0]) / max(1e-9, busy_after[1] - busy_before[1])
    ours = (result["server_cpu_us"] + result["client_cpu_us"]) / 1e6 / result["seconds"] / os.cpu_count()
    result["others_busy"] = max(0.0, result["machine_busy"] - ours)
    result["kib_per_player"] = (after - before) / players
    return result


def median(runs, *path):
    values = []
    for run in runs:
        for name in path:
            run = run[name]
        values.append(run)
    return statistics.median(values)


def delays(runs, what):
    if all(run[f"{what}_ms"]["count"] == 0 for run in runs):
        return ["-", "-"]
    return [f"{median(runs, f'{what}_ms', f'first_{q}'):.1f}|{median(runs, f'{what}_ms', f'last_{q}'):.1f}"
            for q in ("p50", "p99")]


def print_summary(mode, cells):
    rows = []
    for players, runs in cells.items():
        rows.append([str(players), f"{median(runs, 'per_second'):.0f}", f"{median(runs, 'bytes') * 8e-6 / median(runs, 'seconds'):.0f}",
                     f"{median(runs, 'cpu_us_per_answer'):.1f}", " ".join(f"{run['cpu_us_per_answer']:.1f}" for run in runs),
                     f"{median(runs, 'server_cores'):.2f}", f"{median(runs, 'machine_busy'):.0%}",
                     f"{median(runs, 'others_busy'):.0%}", f"{median(runs, 'kib_per_player'):.1f}",
                     *(str(sum(run[what] for run in runs)) for what in ("faults", "not_playing"))])
    print_rows("Answers, medians", ["viewers", "answers/s", "Mbit/s", "CPU µs/answer", "each run", "cores", "busy", "others",
                                    "KiB/viewer", "faults", "not playing"], rows)
    if max(run["others_busy"] for runs in cells.values() for run in runs) > QUIET:
        print(f"  Other work took more than {QUIET:.0%} of this machine: measure again when it is quiet.")
    low = mode != "plain"
    head = ["viewers", "list p50", "list p99", "part p50", "part p99", "blocked", "never came"] if low else \
           ["viewers", "list p50", "list p99", "segment p50", "segment p99"]
    rows = []
    for players, runs in cells.items():
        row = [str(players), *delays(runs, "reload" if low else "list"), *delays(runs, "part" if low else "segment")]
        if low:
            row += [f"{median(runs, 'blocked'):.0%}", str(sum(run["never_came"] for run in runs))]
        rows.append(row)
    print_rows("Delay in ms to the first|last byte, from the frame that closes the part" if low else
               "Delay in ms to the first|last byte, from the request", head, rows)


def measure(subject):
    chosen = options(subject)
    raise_descriptor_limit(max(chosen.players) * chosen.connections)
    peers = Peers(chosen.peers, subject)
    each = SETTLE_SECONDS + chosen.seconds + WARM_SECONDS + 25
    minutes = sum(chosen.runs * (each + players / JOINS_PER_SECOND) for players in chosen.players) / 60
    print(f"{subject.name}: {chosen.runs} runs of {chosen.seconds:g} s for {chosen.players} viewers, {chosen.mode}, "
          f"{chosen.connections} connections each; this takes about {minutes:.0f} minutes", flush=True)
    cells = {}
    for players in chosen.players:
        cells[players] = []
        for number in range(chosen.runs):
            result = run_once(chosen, peers, players)
            cells[players].append(result)
            print(f"  {players} viewers, run {number + 1}/{chosen.runs}: {result['per_second']:.0f} answers/s, "
                  f"{result['cpu_us_per_answer']:.1f} µs each, {result['faults']} faults {result['last_fault']}", flush=True)
    print_summary(chosen.mode, cells)
    write_runs(subject.folder, {"cells": cells})
