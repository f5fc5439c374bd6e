"""From the runs to the table."""
import statistics

AIM_RATIO, WORST_RATIO = 1.20, 1.35
AIM_KIB_PER_PLAYER = 8
AIM_P99_ABOVE_FLOOR_MS = 20
SAME_WRITES = 1.15
QUIET = 0.10


def over(cell, server, *path):
    """The median over a cell's pairs of one figure of one server."""
    values = []
    for pair in cell["pairs"]:
        value = pair[server]
        for name in path:
            value = value[name]
        values.append(value)
    return statistics.median(values)


def total(cell, server, name):
    return sum(pair[server][name] for pair in cell["pairs"])


def kbyte_per_write(run):
    return run["bytes"] / max(1, run["segments"]) / 1000


def comparable(pair):
    """The number of writes sets the price of a byte; a server that was late and wrote more at once looks cheap."""
    sizes = sorted(kbyte_per_write(pair[server]) for server in ("sluice", "floor"))
    return sizes[1] <= sizes[0] * SAME_WRITES


def shown(pair):
    return f"{pair['ratio']:.2f}{'' if comparable(pair) else '*'}"


def summarise(cell):
    ratios = [pair["ratio"] for pair in cell["pairs"]]
    summary = {"players": cell["players"], "merge_ms": cell["merge_ms"], "pairs": len(ratios), "ratios": ratios,
               "ratios_shown": [shown(pair) for pair in cell["pairs"]],
               "ratio": statistics.median(ratios), "kib_per_player": cell["memory_run"]["kib_per_player"],
               "second_without_players": cell["memory_run"]["second_without_players"]}
    for server in ("sluice", "floor"):
        runs = [pair[server] for pair in cell["pairs"]]
        summary[server] = {
            "cpu_us_per_mib": over(cell, server, "cpu_us_per_mib"),
            "kbyte_per_write": statistics.median(kbyte_per_write(run) for run in runs),
            "mbit_per_player": statistics.median(run["median_player_bytes"] * 8e-6 / run["seconds"] for run in runs),
            "media_ms": {name: over(cell, server, "play_to_media_ms", name) for name in ("p50", "p99")},
            "connect_media_ms": {name: over(cell, server, "connect_to_media_ms", name) for name in ("p50", "p99")},
            "picture_ms": {name: over(cell, server, "play_to_picture_ms", name) for name in ("p50", "p99")},
            "largest_gap_ms": max(run["largest_gap_ms"] for run in runs),
            "others_busy": statistics.median(run["others_busy"] for run in runs),
            "machine_busy": statistics.median(run["machine_busy"] for run in runs),
            **{name: total(cell, server, name) for name in
               ("stalled", "short", "ended", "without_picture", "witnessed_frames", "witnessed_faults")}}
    return summary


def print_cell(cell, wanted):
    pair = cell["pairs"][-1]
    print(f"  {cell['players']} players, {cell['merge_ms']} ms, pair {len(cell['pairs'])}/{wanted}: "
          f"{pair['sluice']['cpu_us_per_mib']:.0f} / {pair['floor']['cpu_us_per_mib']:.0f} µs/MiB = {shown(pair)}",
          flush=True)


def print_rows(title, head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    print(f"\n{title}")
    for row in [head, ["-" * width for width in widths], *rows]:
        print("  " + "  ".join(text.rjust(width) for text, width in zip(row, widths)))


def print_tables(summaries):
    print_rows(f"CPU µs of the server per delivered MiB, medians (ratio: aim {AIM_RATIO:.2f}, never above {WORST_RATIO:.2f})",
               ["players", "merge ms", "sluice", "floor", "ratio", "aim", "each pair", "kB/write s|f", "busy s|f", "others s|f"],
               [[str(s["players"]), str(s["merge_ms"]), f"{s['sluice']['cpu_us_per_mib']:.0f}",
                 f"{s['floor']['cpu_us_per_mib']:.0f}", f"{s['ratio']:.2f}",
                 "met" if s["ratio"] <= AIM_RATIO else "missed" if s["ratio"] <= WORST_RATIO else "FAR",
                 " ".join(s["ratios_shown"]),
                 f"{s['sluice']['kbyte_per_write']:.1f}|{s['floor']['kbyte_per_write']:.1f}",
                 f"{s['sluice']['machine_busy']:.0%}|{s['floor']['machine_busy']:.0%}",
                 f"{s['sluice']['others_busy']:.0%}|{s['floor']['others_busy']:.0%}"] for s in summaries])
    if max(s[server]["others_busy"] for s in summaries for server in ("sluice", "floor")) > QUIET:
        print(f"  Other work took more than {QUIET:.0%} of this machine: measure again when it is quiet.")
    if any("*" in ratio for s in summaries for ratio in s["ratios_shown"]):
        print(f"  * one server's writes were more than {SAME_WRITES - 1:.0%} larger than the other's: not the same work")
    print_rows(f"Joining, 500 a second: ms from play to the first coded frame (aim: p99 ≤ floor + {AIM_P99_ABOVE_FLOOR_MS} ms), "
               f"and memory (aim: ≤ {AIM_KIB_PER_PLAYER} KiB per player beyond kernel buffers)",
               ["players", "merge ms", "sluice p50", "p99", "floor p50", "p99", "picture p99 s|f", "connect p99 s|f", "aim",
                "KiB/player", "aim", "without: KiB/s", "CPU µs/s"],
               [[str(s["players"]), str(s["merge_ms"]),
                 *(f"{s[server]['media_ms'][q]:.1f}" for server in ("sluice", "floor") for q in ("p50", "p99")),
                 f"{s['sluice']['picture_ms']['p99']:.1f}|{s['floor']['picture_ms']['p99']:.1f}",
                 f"{s['sluice']['connect_media_ms']['p99']:.1f}|{s['floor']['connect_media_ms']['p99']:.1f}",
                 "met" if s["sluice"]["media_ms"]["p99"] <= s["floor"]["media_ms"]["p99"] + AIM_P99_ABOVE_FLOOR_MS
                 else "missed",
                 f"{s['kib_per_player']:.1f}", "met" if s["kib_per_player"] <= AIM_KIB_PER_PLAYER else "missed",
                 f"{s['second_without_players']['kib']:.0f}", f"{s['second_without_players']['cpu_us']:.0f}"]
                for s in summaries])
    rows = []
    for s in summaries:
        for name in ("sluice", "floor"):
            one = s[name]
            rows.append([str(s["players"]), str(s["merge_ms"]), name, f"{one['mbit_per_player']:.3f}",
                         f"{one['largest_gap_ms']:.0f}",
                         *(str(one[what]) for what in ("stalled", "short", "ended", "without_picture")),
                         f"{one['witnessed_faults']} of {one['witnessed_frames']}"])
    print_rows("Players over all pairs (aim: none stalled, which is no byte for more than 1 s)",
               ["players", "merge ms", "server", "Mbit/s each", "largest gap ms", "stalled", "short", "ended", "no picture",
                "frame faults seen by witnesses"], rows)
