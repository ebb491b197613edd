"""Fails on words that do not belong in the tree. Usage: check_words.py ROOT

In every text: notes to self, paths of somebody's machine, white space that .editorconfig forbids. In C++:
calls that have a safe form, and names that say nothing. In public headers: numbers of rules, which mean nothing
to a reader who has no list of them.
"""

import pathlib
import re
import sys

from cpp_text import blanked

IGNORED_FOLDERS = re.compile(r"(^|/)(\.git|\.build|build[^/]*|__pycache__)(/|$)")

# Written so that this file does not contain them.
NOTES = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/])/((home|Users|mnt)/\w+/|(root|work|farm)/\w)")

UNSAFE_CALL = re.compile(
    r"(?<![\w.>])(?:std::)?(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atoll|atof|strtol|strtoul|"
    r"strtoll|strtoull|rand|srand|inet_addr|inet_ntoa|inet_aton|gethostbyname|strtok|tmpnam|mktemp)\s*\(")
RULE_NUMBER = re.compile(r"\b(?:CL|DF|HC|HR|LF|LO|LR|PC|PO|PT|RC|SF|SV|TH|TK|TL|TM|UX|WS)[0-9]{1,2}\b")
EMPTY_NAME = re.compile(
    r"\b(?:class|struct|enum class)\s+(\w*(?:Manager|Handler|Processor|Engine|Component|Utils?|Helpers?|"
    r"Impl|Base|Misc|Common))\b")
EMPTY_FILE_NAME = re.compile(
    r"(?:^|_)(manager|handler|processor|engine|component|utils?|helpers?|impl|misc|common|info)"
    r"\.(h|cc)$")


def texts(root):
    for path in sorted(root.rglob("*")):
        here = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink() and not IGNORED_FOLDERS.search(here):
            try:
                yield here, path.read_bytes().decode()
            except UnicodeDecodeError:
                continue


def line_problems(line, is_mutant):
    if match := NOTES.search(line):
        yield f"{match[0]}: an issue, or nothing"
    if match := MACHINE_PATH.search(line):
        yield f"path of one machine: {line.strip()}"
    if is_mutant:
        return
    if line != line.rstrip():
        yield "white space at the end of the line"
    if "\t" in line:
        yield "a tab"


def cpp_problems(line):
    if match := UNSAFE_CALL.search(line):
        yield f"{match[1]}() has a safe form"
    if match := EMPTY_NAME.search(line):
        yield f"the name {match[1]} says that something is done, not what"


def problems_of(here, text):
    """(line, what) of each problem of one file."""
    is_mutant = here.endswith(".mutant")
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        for what in line_problems(line, is_mutant):
            yield number, what
        if here.startswith("include/") and (match := RULE_NUMBER.search(line)):
            yield number, f"{match[0]}: say the rule, not its number"
    if text and not text.endswith("\n"):
        yield len(lines), "no newline at the end"
    if here.endswith((".h", ".cc")):
        for number, line in enumerate(blanked(text).split("\n"), 1):
            for what in cpp_problems(line):
                yield number, what
        if EMPTY_FILE_NAME.search(pathlib.PurePosixPath(here).name):
            yield 1, "the file's name says nothing: find the noun"


def problems(root):
    for here, text in texts(root):
        for number, what in problems_of(here, text):
            yield f"{here}:{number}: {what}"


if __name__ == "__main__":
    FOUND = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(FOUND) or "words ok")
    sys.exit(bool(FOUND))
