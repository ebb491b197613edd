"""The text of a mutant: what to find in which file, and what to put in its place.

    in src/transport/connection.cc
     a line that says where, and stays
    -a line that goes
    +a line that comes

As a patch, but found by its text: the lines that stay and go must stand in the file exactly once, one after the
other, however they are broken and indented. So a mutant follows its line when that moves. Several `in` blocks
are applied one after the other.
"""

import dataclasses
import re


class Unusable(Exception):
    """The mutant proves nothing; the text says why."""


@dataclasses.dataclass
class Edit:
    file: str
    found: list
    put: list

    def applied_to(self, text):
        """`text` with the edit. Raises Unusable."""
        words = " ".join(self.found).split()
        if not words:
            raise Unusable(f"{self.file}: nothing to find")
        places = list(re.finditer(r"\s+".join(map(re.escape, words)), text))
        if len(places) != 1:
            raise Unusable(f"{self.file}: found {len(places)} times: {' '.join(words)[:100]}")
        return text[:places[0].start()] + "\n".join(self.put) + text[places[0].end():]


def edits_of(text):
    """The edits that a mutant's text asks for. Raises Unusable."""
    edits = []
    for line in text.splitlines():
        if line.startswith("in "):
            edits.append(Edit(line[3:], [], []))
        elif not edits or line[:1] not in " -+":
            raise Unusable(f"neither `in FILE` nor a line that stays, goes or comes: {line}")
        else:
            if line[:1] != "+":
                edits[-1].found.append(line[1:])
            if line[:1] != "-":
                edits[-1].put.append(line[1:])
    if not edits:
        raise Unusable("an empty mutant")
    return edits


def apply(text, root, only_check=False):
    """Applies a mutant to the tree at `root`. Raises Unusable, and has changed nothing then."""
    changed = {}
    for edit in edits_of(text):
        path = root / edit.file
        if not path.is_file():
            raise Unusable(f"{edit.file}: no such file")
        before = changed.get(path) or path.read_text()
        changed[path] = edit.applied_to(before)
    for path, after in () if only_check else changed.items():
        path.write_text(after)
