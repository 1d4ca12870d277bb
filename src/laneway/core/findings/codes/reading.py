"""LW10xx: files and documents, before anything is known of what they say.

Only texts, no decisions: a code says what is wrong and how to mend it, a reader finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

_UNREAD = (
    "Nobody knows what it would have said: taking it for empty would mean to delete whatever it "
    "describes. So everything stays as it is until it can be read."
)

MISSING_PATH = Code(
    "LW1001",
    "error",
    "{path} does not exist",
    _UNREAD,
    "Check the spelling. A pattern is best quoted, so that the shell leaves it alone: 'a/*.yaml'.",
)

UNREADABLE_FILE = Code(
    "LW1002",
    "error",
    "{path} cannot be read: {reason}",
    _UNREAD,
    "Make the file readable for the user who runs Laneway.",
)

TOO_LARGE = Code(
    "LW1003",
    "error",
    "{what} has more than {limit}, which is the most that is read",
    "A limit keeps a file that got here by mistake from taking all memory and time. "
    "A cluster itself accepts no object above 3 MB.",
    "Split the file, or leave it out of the paths given.",
)

NOT_UTF8 = Code(
    "LW1004",
    "error",
    "byte 0x{byte:02x} is not valid UTF-8{hint}",
    "Kubernetes reads UTF-8 only. " + _UNREAD,
    "Save the file as UTF-8.",
)

INVISIBLE_CHARACTER = Code(
    "LW1005",
    "error",
    "the invisible character {character} does not belong into a manifest",
    "Some readers refuse a document with such a character, some keep it as part of a name, and "
    "some drop whatever follows it. " + _UNREAD,
    "Delete the character; inside a value write it in double quotes with a backslash.",
)

SYNTAX = Code(
    "LW1006",
    "error",
    "{problem}",
    "The document cannot be read. " + _UNREAD,
    "Mend the text at the mark; often the true cause stands one line above it.",
)

TAB = Code(
    "LW1007",
    "error",
    "a tab stands where only spaces may indent",
    "YAML forbids tabs for indentation, since their width differs from editor to editor. "
    + _UNREAD,
    "Replace the tab by spaces.",
)

TOO_DEEP = Code(
    "LW1008",
    "error",
    "values are nested more than {limit} deep",
    "No Kubernetes object needs such depth; a limit keeps hostile or broken input from taking all "
    "memory. " + _UNREAD,
    "Look for brackets or dashes that were never meant to nest.",
)

ALIASES = Code(
    "LW1009",
    "error",
    "the aliases of this document stand for more than {limit} values",
    "A few lines of aliases that hold aliases can stand for more values than any memory holds. "
    + _UNREAD,
    "Write the values out instead of repeating them by alias.",
)

DUPLICATE_KEY = Code(
    "LW1010",
    "error",
    "key {key} is written twice in one mapping; first in line {first}",
    "kubectl keeps the last of the two without a word, and so does Laneway; kustomize, Helm and "
    "Argo CD refuse the file. One of the two was hardly meant.",
    "Delete one of the two, or join their contents under one key.",
)

UNKNOWN_TAG = Code(
    "LW1011",
    "warning",
    "the tag {tag} has no meaning here",
    "Kubernetes objects are plain values. kubectl drops the tag and keeps the value; another "
    "program, like the one the tag was written for, would read something else.",
    "Remove the tag, or render the file with the program that understands it first.",
)

MARKER_LINE = Code(
    "LW1012",
    "error",
    "a document must not begin on the line of its `---`",
    "YAML allows it and Laneway reads it, but kubectl refuses the whole file: behind the three "
    "dashes it accepts a comment only.",
    "Begin the document on the line below `---`.",
)

NOT_JSON = Code(
    "LW1013",
    "error",
    "{value} cannot be written as JSON",
    "kubectl turns YAML into JSON before it sends it, and refuses this value, so the object would "
    "never reach a cluster.",
    "Quote the value if it is meant as text, or write an ordinary number.",
)

NO_OBJECT = Code(
    "LW1014",
    "info",
    "this is no Kubernetes object, but {found} without apiVersion and kind",
    "It stands among objects and passes by untouched, as what is not theirs does.",
    "If it is meant as an object, write apiVersion, kind and metadata.name.",
)

NOTHING_FOUND = Code(
    "LW1015",
    "error",
    "{path} holds no .yaml, .yml or .json file to read",
    "A folder is searched with its subfolders for these endings alone, without what git ignores "
    "and what is hidden. Nobody means an empty input: taking it for one would delete everything.",
    "Check the path, or name the files one by one.",
)

HALF_OBJECT = Code(
    "LW1016",
    "error",
    "this object has no {missing}",
    "Without it nobody can tell which object this is, and a cluster refuses it. Taking it for "
    "nothing would delete what it describes.",
    "Write {missing}.",
)

WRITTEN_TWICE = Code(
    "LW1017",
    "error",
    "{ref} is written twice with different contents; the other stands in {other}",
    "A cluster holds one object of a name, so applying both leaves the one applied last: the order "
    "of files and documents would decide. Laneway takes the last as well.",
    "Delete one of the two, or give them different names. A kustomize base and its overlay are one "
    "object only after `kustomize build`.",
)

WRITTEN_TWICE_ALIKE = Code(
    "LW1018",
    "warning",
    "{ref} is written twice with equal contents; the other stands in {other}",
    "Both say the same, so nothing changes today; the next edit will reach only one of them.",
    "Delete one of the two.",
)

OTHER_VERSION = Code(
    "LW1019",
    "error",
    "{kind} of {api_version} is not understood; understood are {known}",
    "The kind is one that decides where requests go, but a version that is not known may mean "
    "something else. The object is left out, and everything stays as it is.",
    "Write one of the versions named.",
)

NO_ITEMS = Code(
    "LW1020",
    "error",
    "the items of this {kind} are {found}, not a list",
    "A list of objects holds them under `items`. " + _UNREAD,
    "Write `items:` as a list of objects.",
)

BEHIND_THE_END = Code(
    "LW1021",
    "warning",
    "kubectl does not read this document, since it follows `...` without a `---`",
    "`...` ends a document, and kubectl drops everything up to the next `---`. Laneway reads it, "
    "so a cluster gets another input than this one.",
    "Write `---` in front of the document.",
)

NUMBER_AS_KEY = Code(
    "LW1022",
    "warning",
    "the key {key} is read as a number",
    "kubectl reads a number and spells it anew, so that 1.10 becomes 1.1 on its way to a cluster. "
    "Laneway keeps it as written.",
    "Put the key in quotes.",
)

MERGE_OVERRIDES = Code(
    "LW1023",
    "warning",
    "the merge replaces the key {key} that stands above it",
    "By the YAML standard a key that is written out wins over a merged one, wherever it stands. "
    "kubectl lets the last one win, and Laneway reads as kubectl does.",
    "Write `<<` as the first key of the mapping.",
)

FOREIGN_FILES = Code(
    "LW1024",
    "info",
    "no Kubernetes object is in {files}",
    "Files of other programs often lie in the same folder: values of a chart, a kustomization, "
    "data. They pass by, whatever stands in them, and hold nothing back.",
    "If one of them is meant as an object, write apiVersion, kind and metadata.name.",
)

NOT_RENDERED = Code(
    "LW1025",
    "info",
    "{what}, and Laneway reads objects as a cluster gets them",
    "What is made of it is known only once the tool it was written for has made it. Templates and "
    "patches are not read as objects.",
    "Check what comes out: `{command}`.",
)

NOT_ENTERED = Code(
    "LW1026",
    "info",
    "{count} left out, as .gitignore or the name says: {names}",
    "What git ignores, hidden folders, node_modules and vendor hold copies and things of other "
    "programs, so a folder is searched without them. Only what has a manifest's ending in it is "
    "named here.",
    "Name such a path to have it read, or read everything with --all-files.",
)

IGNORED_LANES = Code(
    "LW1027",
    "warning",
    "lanes are in {names}, which {verb} left out",
    "A path that git ignores, or a hidden one, is not read unless it is named itself, so these "
    "lanes have no effect here.",
    "Name the path beside the others, or read everything with --all-files.",
)

KEPT_THOUGH_IGNORED = Code(
    "LW1028",
    "warning",
    "{names} would be left out now, and {verb} read on",
    "Nobody deletes what is live by an edit of .gitignore, or by a file that makes a chart of a "
    "folder. What was read stays part of the input as long as it is there and this process runs.",
    "Delete the file if its objects are to go, or name its path so that a new start reads it too.",
)

NO_INPUT = Code(
    "LW1029",
    "error",
    "{what}",
    "Without an object there is nothing to judge, to render or to run, and the answer of a check "
    "that looked at nothing is worth nothing. Often the command before the pipe has failed.",
    "{mend}",
)

OTHER_KIND = Code(
    "LW1030",
    "error",
    "{api_version} has no kind {kind}; {right_kind} is meant",
    "A cluster refuses the object, and nothing of it takes effect. " + _UNREAD,
    "Write `kind: {right_kind}`.",
)

OTHER_API = Code(
    "LW1031",
    "error",
    "{kind} is no kind of {api_version}; {right_kind} of {right} is meant",
    "A cluster refuses the object, and nothing of it takes effect. " + _UNREAD,
    "Write `apiVersion: {right}` and `kind: {right_kind}`.",
)

MISSING_LEFT_OUT = Code(
    "LW1035",
    "info",
    "{count} about what is missing left out until {files} can be read ({codes})",
    "What seems to be missing may stand in a file that cannot be read.",
    "Fix the file first; what is still missing then is told.",
)
