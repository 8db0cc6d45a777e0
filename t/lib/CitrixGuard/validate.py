# validate.py SCHEMA: each line of the standard input as one JSON document.
#
# Stricter than a parser need be: ASCII without control bytes only, and no name
# twice in an object. Prints what is wrong, a line each; "ok N" at the end.

import json
import sys

import jsonschema


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError("a name twice: %s" % names)
    return dict(pairs)


def judge(number, line, validator):
    if any(byte < 0x20 or byte > 0x7e for byte in line):
        print("line %d: not printable ASCII: %r" % (number, line))
        return
    try:
        event = json.loads(line, object_pairs_hook=unique)
    except ValueError as error:
        print("line %d: %s: %r" % (number, error, line))
        return
    for error in validator.iter_errors(event):
        print("line %d: %s: %s" % (number, "/".join(map(str, error.path)),
                                   error.message))


with open(sys.argv[1]) as source:
    schema = json.load(source)

# Draft7Validator.check_schema says if the schema itself is none
jsonschema.Draft7Validator.check_schema(schema)
checker = jsonschema.Draft7Validator(schema)

lines = sys.stdin.buffer.read().split(b"\n")
if lines.pop():
    print("no line end behind the last line")
for n, text in enumerate(lines, 1):
    judge(n, text, checker)
print("ok %d" % len(lines))
