"""The endless text of tests/support/pattern.h, in which every place looks different."""

MASK = 2**64 - 1


def pattern_at(place):
    place = ((place ^ (place >> 15)) * 0x9E3779B97F4A7C15) & MASK
    return ((place ^ (place >> 29)) >> 24) & 0xFF


def pattern(size):
    return bytes(map(pattern_at, range(size)))
