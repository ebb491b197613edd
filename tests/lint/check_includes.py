"""Fails if a source uses a standard name without including its header. Usage: check_includes.py ROOT

A precompiled header would let it compile, and so does another header by chance. What counts is included by the
file itself or by headers of ours that it includes. A name that HEADERS does not know is reported: add it there.
"""

import pathlib
import re
import sys

from cpp_text import blanked

FOLDERS = ("include", "src", "protocols")

# Where our headers are looked for, as the compiler does.
SEARCHED = ("include", "src", "protocols")

# Header -> the names of namespace std for which it is to be included. A name may have more than one.
HEADERS = {
    "algorithm": "all_of any_of clamp copy_n equal find find_if find_if_not lexicographical_compare max min minmax "
                 "pop_heap push_heap ranges",
    "array": "array to_array",
    "atomic": "atomic memory_order_acq_rel memory_order_acquire memory_order_relaxed memory_order_release",
    "bit": "countr_zero rotl",
    "cctype": "isalnum tolower",
    "charconv": "from_chars to_chars",
    "chrono": "chrono chrono_literals",
    "cmath": "cos log sqrt",
    "concepts": "convertible_to derived_from floating_point same_as signed_integral unsigned_integral",
    "condition_variable": "condition_variable",
    "coroutine": "coroutine_handle suspend_never",
    "cstddef": "byte max_align_t nullptr_t ptrdiff_t size_t",
    "cstdint": "int64_t uint16_t uint32_t uint64_t uint8_t uintptr_t",
    "cstdio": "fprintf snprintf",
    "cstdlib": "abort free getenv",
    "cstring": "memcmp memcpy strerror",
    "deque": "deque erase_if",
    "exception": "current_exception exception exception_ptr make_exception_ptr rethrow_exception uncaught_exceptions",
    "fstream": "ifstream ios ofstream",
    "functional": "equal_to function hash less ranges",
    "initializer_list": "initializer_list",
    "istream": "istream",
    "iterator": "back_inserter begin end istreambuf_iterator prev",
    "limits": "numeric_limits",
    "list": "list",
    "map": "erase_if map multimap",
    "memory": "enable_shared_from_this make_shared make_unique make_unique_for_overwrite shared_ptr "
              "static_pointer_cast unique_ptr weak_ptr",
    "mutex": "lock_guard mutex timed_mutex unique_lock",
    "new": "bad_alloc nothrow",
    "numbers": "numbers",
    "numeric": "iota",
    "optional": "nullopt optional",
    "ostream": "flush",
    "ratio": "milli",
    "set": "erase_if set",
    "source_location": "source_location",
    "span": "span",
    "sstream": "istringstream",
    "stdexcept": "invalid_argument length_error logic_error runtime_error",
    "string": "getline string to_string",
    "string_view": "hash string_view",
    "system_error": "errc error_code generic_category system_category system_error",
    "thread": "this_thread thread",
    "tuple": "apply tuple",
    "type_traits": "conditional_t decay_t invoke_result_t is_abstract_v is_base_of_v is_class_v is_constructible_v "
                   "is_convertible_v is_invocable_r_v is_invocable_v is_nothrow_move_constructible_v is_pointer_v "
                   "is_reference_v is_same_v is_trivially_copyable_v is_trivially_destructible_v is_void_v "
                   "remove_cvref_t remove_reference_t",
    "typeindex": "hash type_index",
    "typeinfo": "type_info",
    "unordered_map": "erase_if unordered_map unordered_multimap",
    "unordered_set": "unordered_set",
    "utility": "declval exchange forward get move pair swap",
    "variant": "get get_if holds_alternative monostate variant",
    "vector": "erase erase_if vector",
}

GIVEN_BY = {}
for _header, _names in HEADERS.items():
    for _name in _names.split():
        GIVEN_BY.setdefault(_name, set()).add(_header)

USED = re.compile(r"\bstd::(\w+)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', re.MULTILINE)


class Tree:
    def __init__(self, root):
        self.root = root
        self.included = {}

    def find(self, includer, name):
        for folder in (includer.parent, *(self.root / searched for searched in SEARCHED)):
            if (folder / name).is_file():
                return (folder / name).resolve()
        return None

    def standard_of(self, path):
        """The standard headers that a file includes, by itself or through headers of ours."""
        if path not in self.included:
            self.included[path] = found = set()
            for system, ours in INCLUDE.findall(path.read_text()):
                header = self.find(path, ours or system)
                found |= self.standard_of(header) if header else {system}
        return self.included[path]


def problems_of(text, included):
    """The standard names in a text that none of the included headers stands for."""
    for name in sorted(set(USED.findall(blanked(text)))):
        if name not in GIVEN_BY:
            yield f"std::{name} is unknown to check_includes.py"
        elif not GIVEN_BY[name] & included:
            yield f"std::{name} without {' or '.join(f'<{header}>' for header in sorted(GIVEN_BY[name]))}"


def problems(root):
    tree = Tree(root)
    for folder in FOLDERS:
        for path in sorted(path for path in (root / folder).rglob("*") if path.suffix in (".h", ".cc")):
            for problem in problems_of(path.read_text(), tree.standard_of(path.resolve())):
                yield f"{path.relative_to(root).as_posix()}: {problem}"


if __name__ == "__main__":
    FOUND = list(problems(pathlib.Path(sys.argv[1]).resolve()))
    print("\n".join(FOUND) or "includes ok")
    sys.exit(bool(FOUND))
