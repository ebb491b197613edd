"""Fails on the forms of co_await that g++ 12 miscompiles. Usage: check_coroutines.py ROOT

In a full expression that holds a co_await there may be
  - no ?:, && or || around it   (temporaries of the branch not taken are destroyed)
  - no closure with captures    (it is destroyed twice: give it a name first)
  - no temporary aggregate that has a destructor (so is this one): no `{.name = ...}`, and no `Name{...}` for a
    struct of the tree without constructors and with a string or the like in it

The condition of an if, while, for or switch holds a co_await only as the value of a variable that it
declares: in a body without any variable, the frame is laid out so that resuming runs into garbage.

Statements inside the braces of a lambda are expressions of their own.
"""

import dataclasses
import pathlib
import re
import sys

from cpp_text import Token, blanked, sources, tokens

CLOSING = {"(": ")", "[": "]", "{": "}"}
TAKES_PARENTHESES = {"if", "while", "for", "switch"}
BRANCHES = {"?", "||", "and", "or"}

BRANCH_PROBLEM = "co_await inside ?:, && or ||: await into a variable first"
CLOSURE_PROBLEM = "a closure with captures in an awaited expression: name it first"
AGGREGATE_PROBLEM = "a temporary struct without constructors in an awaited expression: name it first"
CONDITION_PROBLEM = "co_await in a condition that declares no variable: give it a name there"

# A member whose destructor does something, without its template arguments.
OWNS = re.compile(r"^\s*(?:public\s*:)?\s*(?:const\s+|mutable\s+)*(?:\w+::)*"
                  r"(?:string|vector|deque|list|map|set|unordered_\w+|function|any|variant|path|shared_ptr|unique_ptr|"
                  r"weak_ptr|UniqueFunction|Deferred|Droppable|Promise|Failure|SharedBytes|TransportRef|DelayedCall)"
                  r"\s+\w+\s*(?:=.*)?$", re.DOTALL)
TEMPLATE_ARGUMENTS = re.compile(r"<[^<>]*>")
STRUCT = re.compile(r"\bstruct\s+(?:\[\[[^\]]*\]\]\s*)?(\w+)\s*\{")


@dataclasses.dataclass
class Group:
    """What stands between two brackets."""

    text: str  # the opening bracket
    items: list

    @property
    def is_body(self):
        """Statements, and not a list of values."""
        return self.text == "{" and any(
            item.text == ";" or (isinstance(item, Group) and item.is_body) for item in self.items)


def grouped(found):
    """The tokens as a tree of groups; a bracket without its partner is left out."""
    stack = [Group("{", [])]
    for token in found:
        if token.text in CLOSING:
            stack.append(Group(token.text, []))
        elif len(stack) > 1 and token.text == CLOSING[stack[-1].text]:
            done = stack.pop()
            stack[-1].items.append(done)
        else:
            stack[-1].items.append(token)
    while len(stack) > 1:
        done = stack.pop()
        stack[-1].items.append(done)
    return stack[0]


def split(items, separators):
    part = []
    for item in items:
        if item.text in separators:
            yield part
            part = []
        else:
            part.append(item)
    yield part


def expressions(items):
    """The full expressions among statements: lists of items."""
    for statement in split(items, {";"}):
        part = []
        for item in statement:
            if isinstance(item, Group) and item.text == "{" and item.is_body:
                yield part
                yield from expressions(item.items)
                part = []
            elif isinstance(item, Group) and part and part[-1].text in TAKES_PARENTHESES:
                yield from expressions(item.items)
                part = []
            else:
                part.append(item)
                yield from bodies_within(item)
        yield part


def bodies_within(item):
    """The expressions in bodies of lambdas somewhere inside an expression."""
    if not isinstance(item, Group):
        return
    for inner in item.items:
        if isinstance(inner, Group) and inner.is_body:
            yield from expressions(inner.items)
        else:
            yield from bodies_within(inner)


def levels(items):
    """The items themselves, and those of each group inside that is no body."""
    yield items
    for item in items:
        if isinstance(item, Group) and not item.is_body:
            yield from levels(item.items)


def await_in(items):
    """The first co_await of an expression, or None."""
    return next((item for level in levels(items) for item in level
                 if isinstance(item, Token) and item.text == "co_await"), None)


def is_reference(part, index):
    """`auto&& name =`, `T&& name :` and `auto&& [a, b] =` bind; they do not compute."""
    following = [item.text for item in part[index + 1:index + 3]]
    return part[index].text == "&&" and (
        (index > 0 and part[index - 1].text == "auto") or
        (len(following) == 2 and following[1] in {"=", ":"}))


def has_branch(part):
    return any(item.text in BRANCHES or (item.text == "&&" and not is_reference(part, index))
               for index, item in enumerate(part))


def is_capturing_closure(level, index):
    item = level[index]
    if not isinstance(item, Group) or item.text != "[" or not item.items:
        return False
    before = [earlier.text for earlier in level[max(0, index - 2):index]]
    if not before:
        return item.items[0].text != "["  # an attribute
    is_subscript = before[-1] in {")", "(", "[", '"'} or (
        (before[-1][0].isalnum() or before[-1][0] == "_") and before[-1] not in {"return", "co_await"})
    is_binding = "auto" in before
    return not is_subscript and not is_binding


def awaits_in_branch(expression):
    parts = [part for level in levels(expression) for part in split(level, {",", ";"})]
    return any(await_in(part) and has_branch(part) for part in parts)


def conditions(items):
    """What each if, while, for and switch asks, however deep: lists of items."""
    for before, item in zip([None, *items], items):
        if not isinstance(item, Group):
            continue
        if before and before.text in TAKES_PARENTHESES:
            parts = list(split(item.items, {";"}))
            if before.text != "for":
                yield parts[-1]
            elif len(parts) == 3:
                yield parts[1]
        yield from conditions(item.items)


def declares_variable(condition):
    """`auto x = ...`, `const T& x = ...`, `T x{...}`; and not `x = ...`, `a.x == ...`, `T{...}`."""
    end = next((index for index, item in enumerate(condition) if item.text in {"=", "{"}), 0)
    if end < 2 or [item.text for item in condition[end:end + 2]] == ["=", "="]:
        return False
    kind, name = condition[end - 2].text, condition[end - 1].text
    is_type = kind[0].isalnum() or kind == ">" or (kind in {"*", "&", "&&"} and end > 2)
    return is_type and (name[0].isalpha() or name[0] == "_")


def body_from(code, start):
    """What stands in the braces that begin at `start`, without what stands in braces in there."""
    depth, body = 0, []
    for letter in code[start:]:
        if letter == "}":
            depth -= 1
            if depth == 0:
                break
        if depth == 1 or (depth == 2 and letter == "{"):
            body.append(letter)
        if letter == "{":
            depth += 1
    return "".join(body)


def owns(body):
    while TEMPLATE_ARGUMENTS.search(body):
        body = TEMPLATE_ARGUMENTS.sub("", body)
    return any(OWNS.match(member) for member in re.split(r"[;{}]", body))


def owning_aggregates(text):
    """The names of the structs of a source that have no constructor and a member with a destructor."""
    code = blanked(text)
    for match in STRUCT.finditer(code):
        name, body = match[1], body_from(code, match.end() - 1)
        has_constructor = re.search(rf"(?<![~\w]){name}\s*\(", body)
        if not has_constructor and not re.search(r"\b(?:virtual|private|protected)\b", body) and owns(body):
            yield name


def is_owning_aggregate(level, index, aggregates):
    """`{.name = ...}` and `Name{...}` of a struct that is one of `aggregates`."""
    item = level[index]
    if not isinstance(item, Group) or item.text != "{" or item.is_body:
        return False
    if item.items and item.items[0].text == ".":
        return True
    return index > 0 and level[index - 1].text in aggregates


def problems_of(text, aggregates=()):
    """(line, what) of each bad expression. `aggregates`: those of the headers that `text` may include."""
    aggregates = {*aggregates, *owning_aggregates(text)}
    tree = grouped(tokens(text)).items
    for condition in conditions(tree):
        awaited = await_in(condition)
        if awaited and not declares_variable(condition) and not awaits_in_branch(condition):
            yield awaited.line, CONDITION_PROBLEM
    for expression in expressions(tree):
        awaited = await_in(expression)
        if not awaited:
            continue
        if awaits_in_branch(expression):
            yield awaited.line, BRANCH_PROBLEM
        if any(is_capturing_closure(level, index)
               for level in levels(expression) for index in range(len(level))):
            yield awaited.line, CLOSURE_PROBLEM
        if any(is_owning_aggregate(level, index, aggregates)
               for level in levels(expression) for index in range(len(level))):
            yield awaited.line, AGGREGATE_PROBLEM


def problems(root):
    shared = {name for path in sources(root, (".h",)) for name in owning_aggregates(path.read_text())}
    for path in sources(root):
        for line, what in problems_of(path.read_text(), shared):
            yield f"{path.relative_to(root).as_posix()}:{line}: {what}"


if __name__ == "__main__":
    FOUND = list(problems(pathlib.Path(sys.argv[1])))
    print("\n".join(FOUND) or "coroutines ok")
    sys.exit(bool(FOUND))
