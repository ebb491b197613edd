"""Fails if a file includes what its layer may not. Usage: check_layering.py ROOT

Three questions about each #include, in this order: may anybody here name that system header, may this layer
include that layer, and is the target under the includer inside its layer. The tables below are the design.
"""

import pathlib
import re
import sys

# Layers of the tree -> the layers their files may include. The longest name that fits a path is its layer.
MAY_INCLUDE = {
    "include/ropewalk": {"include/ropewalk"},
    "src": {"include/ropewalk", "src"},
    "protocols": {"include/ropewalk", "protocols"},
    "examples": {"include/ropewalk"},
    "tests": {"include/ropewalk", "protocols", "tests"},
    "tests/internal": {"include/ropewalk", "protocols", "tests", "tests/internal", "src"},
}

# Layers inside src, lowest first; each row may include the rows above it, and a folder itself.
SRC_ROWS = [
    {"precompiled"},
    {"log"},
    {"async"},
    {"sys"},
    {"transport"},
    {"reactor"},
    {"net"},
    {"stream", "tls", "policies", "sim"},
    {"endpoints", "services", "inspector"},
]

# Bundled protocols -> the protocols they stand on. Both protocols/NAME and include/ropewalk/NAME.
STANDS_ON = {
    "chat": set(),
    "echo": set(),
    "http": set(),
}

# Floors of a bundled protocol that has some -> those that their files may include, besides their own.
FLOORS = {
    "http": {
        "wire": set(),
        "routes": {"wire"},
        "files": {"wire", "routes"},
        "server": {"wire", "routes", "files"},
    },
}

# Floors that turn bytes into messages and back: no connection, no time, nothing of the core that does I/O.
WITHOUT_IO = ("protocols/http/wire/",)
IO_OF_CORE = {
    "connection_limits.h",
    "factory.h",
    "producer.h",
    "protocol.h",
    "reactor.h",
    "reactor_time.h",
    "room_waiter.h",
    "transport.h",
}

# Folders of include/ropewalk that are no protocols: parts of the core that ropewalk.h need not include.
PARTS_OF_CORE = {"detail", "sim"}

# What ropewalk-sim is made of: the only parts of src that may know each other and the simulated world's
# public headers.
KNOWS_SIM = ("src/sim/", "src/reactor/sim/")

# Prefix of a system header -> the only folders that may include it.
ONLY_HERE = {
    "event.h": ("src/reactor/libevent/", "tests/bench/"),
    "event2/": ("src/reactor/libevent/", "tests/bench/", "tests/interop/memory/"),
    "evutil.h": ("src/reactor/libevent/",),
    "openssl/": ("src/tls/",),
    "fmt/": ("src/log/",),
    "doctest/": ("tests/",),
    "CLI/": ("examples/", "tests/"),
}

# Never in a public header: each costs its includer more than the header is worth.
NEVER_PUBLIC = {"iostream", "regex", "format", "thread", "ranges"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)


def layer_of(path):
    fits = [layer for layer in MAY_INCLUDE if path.startswith(layer + "/")]
    return max(fits, key=len, default=None)


def resolve(root, includer, name):
    """Returns the repository path that an include means, or None if it is the system's."""
    searched = (root / folder for folder in ("include", "src", "protocols", "tests", "."))
    for base in (includer.parent, *searched):
        if (base / name).is_file():
            return (base / name).resolve().relative_to(root.resolve()).as_posix()
    return None


def system_problem(here, name):
    for prefix, folders in ONLY_HERE.items():
        if name.startswith(prefix) and not here.startswith(folders):
            return f"only {' and '.join(folders)} may include <{name}>"
    if here.startswith("include/ropewalk/") and name in NEVER_PUBLIC:
        return f"a public header may not include <{name}>"
    return None


def src_row(path):
    """The row of a file in src, or None if its folder is not in the table."""
    folder = path.split("/")[1]
    return next((number for number, row in enumerate(SRC_ROWS) if folder in row), None)


def src_problem(here, target):
    """Both in src: only downwards, or inside the folder."""
    from_folder, to_folder = here.split("/")[1], target.split("/")[1]
    if src_row(target) is None or src_row(here) is None:
        return None  # reported once, by place_problem()
    if from_folder != to_folder and src_row(target) >= src_row(here):
        return f"src/{from_folder} is not above src/{to_folder}: may not include {target}"
    return None


def protocol_of(path):
    """The bundled protocol that a path belongs to, or None."""
    parts = path.split("/")
    if parts[0] == "protocols":
        return parts[1]
    if parts[:2] == ["include", "ropewalk"]:
        if len(parts) > 3:
            return None if parts[2] in PARTS_OF_CORE else parts[2]
        stem = parts[2].removesuffix(".h")
        return stem if stem in STANDS_ON else None
    return None


def floor_of(path):
    """The folder in protocols/NAME that a path is in, or None."""
    parts = path.split("/")
    return parts[2] if parts[0] == "protocols" and len(parts) > 3 else None


def protocol_problem(here, target):
    own, other = protocol_of(here), protocol_of(target)
    if not other or other == own:
        return None
    if own:
        if other not in STANDS_ON.get(own, set()):
            return f"protocol '{own}' is not declared to stand on '{other}': may not include {target}"
    elif here.startswith(("include/ropewalk/", "src/")):
        return f"the core knows no protocol: may not include {target}"
    return None


def floor_problem(here, target):
    """Both of one protocol: only to the floors that it is declared to stand on."""
    protocol = protocol_of(here)
    floors = FLOORS.get(protocol)
    if not floors or not here.startswith("protocols/"):
        return None
    if here.startswith(WITHOUT_IO) and target.removeprefix("include/ropewalk/") in IO_OF_CORE:
        return f"{floor_of(here)} does no I/O: may not include {target}"
    own, other = floor_of(here), floor_of(target)
    if own in floors and other in floors and other != own and other not in floors[own]:
        return f"{protocol}/{own} does not stand on {protocol}/{other}: may not include {target}"
    return None


def sim_problem(here, target):
    if target.startswith(KNOWS_SIM) and here.startswith("src/") and not here.startswith(KNOWS_SIM):
        return f"the core does not know ropewalk-sim: may not include {target}"
    if not target.startswith("include/ropewalk/sim/"):
        return None
    own = ("include/ropewalk/sim/", "include/ropewalk/sim.h")
    if here.startswith("include/ropewalk/") and not here.startswith(own):
        return f"only the simulated world's own headers may include {target}"
    if here.startswith("protocols/") or (here.startswith("src/") and not here.startswith(KNOWS_SIM)):
        return f"only {' and '.join(KNOWS_SIM)} and tests may include {target}"
    return None


def target_problem(here, target):
    layer = layer_of(here)
    if layer_of(target) not in MAY_INCLUDE[layer]:
        return f"{layer} may not include {target}"
    if layer == "src" and target.startswith("src/"):
        return src_problem(here, target) or sim_problem(here, target)
    return protocol_problem(here, target) or floor_problem(here, target) or sim_problem(here, target)


def place_problem(here):
    """Something about where a file is, whatever it includes."""
    if here.startswith("src/") and src_row(here) is None:
        return f"src/{here.split('/')[1]} is in no row of SRC_ROWS"
    own = protocol_of(here)
    if own and own not in STANDS_ON:
        return f"protocol '{own}' is not in STANDS_ON"
    floors = FLOORS.get(own) if here.startswith("protocols/") else None
    if floors and floor_of(here) not in floors:
        return f"protocol '{own}' has floors, and this file is in none of them"
    return None


def problems(root):
    for path in sorted(root.rglob("*")):
        here = path.relative_to(root).as_posix()
        if path.suffix not in (".h", ".cc") or layer_of(here) is None:
            continue
        if problem := place_problem(here):
            yield f"{here}: {problem}"
        for _, name in INCLUDE.findall(path.read_text()):
            target = resolve(root, path, name)
            problem = target_problem(here, target) if target else system_problem(here, name)
            if problem:
                yield f"{here}: {problem}"


if __name__ == "__main__":
    found = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(found) or "layering ok")
    sys.exit(bool(found))
