"""C++ source as the lints see it: without comments and literals, and as tokens with their lines."""

import dataclasses
import re

ROOTS = ("include", "src", "protocols", "examples", "tests")

_NOT_CODE = re.compile(
    r"""//(?:[^\n\\]|\\.|\\\n)*            # comments
      | /\*.*?\*/
      | R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)"  # literals
      | "(?:[^"\\\n]|\\.)*"
      | (?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'
    """,
    re.VERBOSE | re.DOTALL)

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.']*|&&|\|\||::|->|<<|[^\w\s]")


@dataclasses.dataclass(frozen=True)
class Token:
    text: str
    line: int


def sources(root, suffixes=(".h", ".cc")):
    """The C++ files of the tree, sorted."""
    for folder in ROOTS:
        yield from sorted(path for path in (root / folder).rglob("*") if path.suffix in suffixes)


def blanked(text):
    """The text with each comment and literal replaced by as many lines of nothing."""

    def blank(match):
        literal = match[0][0] not in "/"
        return ('""' if literal else " ") + "\n" * match[0].count("\n")

    return _NOT_CODE.sub(blank, text)


def tokens(text):
    line, at = 1, 0
    found = []
    code = blanked(text)
    for match in _TOKEN.finditer(code):
        line += code.count("\n", at, match.start())
        at = match.start()
        found.append(Token(match[0], line))
    return found
