"""The first comment of an example, as what to type in which terminal and what appears there.

    // In one terminal:
    //
    //   $ ./echo_server
    //
    // In another:
    //
    //   $ nc 127.0.0.1 8000
    //   > typed by the user
    //   what appears

Each run of lines indented by two is one terminal.
"""

import dataclasses


@dataclasses.dataclass
class Command:
    """A command, and what is typed into it ("> text") or appears, line by line."""

    text: str
    talk: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_interactive(self):
        return any(is_typed(line) for line in self.talk)


def is_typed(line):
    return line.startswith("> ")


def comment_of(source):
    lines = []
    for line in source.splitlines():
        if not line.startswith("//"):
            break
        lines.append(line[2:].rstrip())
    return lines


def terminals_of(source):
    """The terminals of a program's text, each a list of commands."""
    terminals, current = [], None
    for line in comment_of(source):
        if not line.startswith("   "):
            current = None
            continue
        line = line[3:]
        if current is None:
            current = []
            terminals.append(current)
        if line.startswith("$ "):
            current.append(Command(line[2:]))
        elif current:
            current[-1].talk.append(line)
        else:
            raise ValueError(f"output of no command: {line}")
    return terminals
