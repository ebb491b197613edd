"""Prints the functions of ours that a byte passes between the kernel and the user's callback, and back.

Usage: gdb -batch -x tests/road/road.py --args BUILD/examples/echo_server PORT   (a debug build; send it one message)

Counted is who stands on the stack, from the function that waits for readiness on, when the bytes are received, when
they are queued and when they are sent; Echo itself is the user's.
"""

import gdb

STOPS = ("recv", "ropewalk::detail::WriteQueue::append", "send")
FIRST = "ropewalk::detail::LibeventDriver::wait"


def plain(name):
    """The function's name without parameters."""
    return name.split("(")[0]


def on_the_stack():
    """(name, file) of each function of ours on the stack, from FIRST inwards; nothing if FIRST is not there."""
    frames = []
    frame = gdb.newest_frame()
    while frame is not None:
        name = plain(frame.name() or "")
        table = frame.find_sal().symtab
        if name.startswith("ropewalk::") and table is not None:
            frames.append((name, table.filename.rsplit("/", 1)[-1]))
        if name == FIRST:
            return frames[::-1]
        frame = frame.older()
    return []


def main():
    gdb.execute("set pagination off")
    gdb.execute("set breakpoint pending on")
    gdb.execute("handle SIGINT nostop pass")
    for stop in STOPS:
        gdb.Breakpoint(stop)
    road = {}
    gdb.execute("run")
    while True:
        stack = on_the_stack()
        road.update(dict.fromkeys(stack))
        if stack and gdb.newest_frame().name() in ("send", "__send", "__libc_send"):
            break
        gdb.execute("continue")
    for name, file in road:
        print(f"road: {name}  {file}")
    print(f"road: {len(road)} functions in {len({file for _, file in road})} files")
    gdb.execute("kill")


main()
