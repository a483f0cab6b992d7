"""What the page may take where the whole browser has one core or half a core, and the figures beside it as a table."""

from typing import Any

from app.core.scan.accumulator import LEAST_FRAMES

# Processors that the whole browser has, and how long a scan may last there.
MOST_SCAN_S = {1.0: 4.0, 0.5: 6.0}
# How long the engine's start may take on a first visit.
MOST_ENGINE_COLD_S = {1.0: 6.0, 0.5: 12.0}
NAMES = {"1": "one core", "0.5": "half a core"}
MOST_TAP_MS = 100.0
# On half a core.
LEAST_LOOKS_A_SECOND = 4.0
MOST_DIFFERENT_G_DL = 0.1


def too_slow(figures: dict[str, Any]) -> list[str]:
    """What is beyond its budget, in words."""
    said = []
    for cores, each in figures["cores"].items():
        most_s, most_cold_s = MOST_SCAN_S[float(cores)], MOST_ENGINE_COLD_S[float(cores)]
        checks = (
            (
                each["engine_cold_s"] <= most_cold_s,
                f"the engine of a first visit takes {each['engine_cold_s']:.1f} s, not {most_cold_s:g}",
            ),
            (each["scan_s"] <= most_s, f"a scan lasts {each['scan_s']:.2f} s, not {most_s:g}"),
            (each["frames"] >= LEAST_FRAMES, f"{each['frames']} frames are measured, not {LEAST_FRAMES}"),
            (each["tap_ms"] <= MOST_TAP_MS, f"a tap is answered in {each['tap_ms']:.0f} ms, not {MOST_TAP_MS:g}"),
            (
                each["looks_a_second"] >= LEAST_LOOKS_A_SECOND,
                f"{each['looks_a_second']:.1f} looks a second, not {LEAST_LOOKS_A_SECOND:g}",
            ),
            (
                each["different_g_dl"] <= MOST_DIFFERENT_G_DL,
                f"the reading is {each['different_g_dl']:.2f} g/dL from that of all cores, not {MOST_DIFFERENT_G_DL:g}",
            ),
        )
        said += [f"{NAMES[cores]}: {words}" for kept, words in checks if not kept]
    return said


def table_lines(figures: dict[str, Any]) -> list[str]:
    """The figures as a Markdown table, and how they were held."""
    columns = figures["cores"]
    most_s = ", ".join(f"{MOST_SCAN_S[float(cores)]:g}" for cores in columns)
    most_cold_s = ", ".join(f"{MOST_ENGINE_COLD_S[float(cores)]:g}" for cores in columns)
    rows = (
        ("engine ready, first visit", "engine_cold_s", "{:.1f} s", f"{most_cold_s} s at most"),
        ("scan", "scan_s", "{:.2f} s", f"{most_s} s at most"),
        ("frames measured", "frames", "{}", f"{LEAST_FRAMES} at least"),
        ("a tap answered while it scans", "tap_ms", "{:.0f} ms", f"{MOST_TAP_MS:g} ms at most"),
        ("looks a second before it", "looks_a_second", "{:.1f}", f"{LEAST_LOOKS_A_SECOND:g} at least"),
        (
            "reading, from that of all cores",
            "different_g_dl",
            "{:.2f} g/dL",
            f"{MOST_DIFFERENT_G_DL:g} g/dL at most",
        ),
    )
    lines = [
        f"| | {' | '.join(NAMES[cores] for cores in columns)} | budget |",
        "|---|" + "---:|" * (len(columns) + 1),
    ]
    for name, key, form, budget in rows:
        cells = [form.format(each[key]) for each in columns.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {budget} |")
    seen = " and ".join(figures["films"])
    return [*lines, "", f"The whole browser held by {figures['way']}, before {seen}; of each figure the worse one."]
