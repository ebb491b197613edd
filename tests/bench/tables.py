"""How figures are printed: a median with what it moved between, in aligned columns."""

import statistics


def spread(values):
    """`1.01 (0.99..1.04)`: median, least and most; small ones with more digits."""
    digits = 2 if statistics.median(values) >= 0.1 else 4
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}..{max(values):.{digits}f})"


def print_table(title, header, rows):
    """The first column is text, the others are figures."""
    print(f"\n{title}", flush=True)
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        first, *others = (text.ljust(width) if column == 0 else text.rjust(width)
                          for column, (text, width) in enumerate(zip(line, widths)))
        print("  " + "  ".join([first, *others]).rstrip(), flush=True)


def print_skipped(what, why):
    print(f"  skipped: {what}: {why}", flush=True)
