"""LW10xx: files and documents, before anything is known of what they say.

Only texts, no decisions: a code says what is wrong and how to fix it, a reader finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

_UNREAD = (
    "Laneway cannot tell what it contains, and treating it as empty would delete whatever it "
    "defines. So nothing is changed until it can be read."
)

MISSING_PATH = error(
    "LW1001",
    "{path} does not exist",
    _UNREAD,
    "Check the spelling. Quote a pattern so that the shell does not expand it: 'a/*.yaml'.",
)

UNREADABLE_FILE = error(
    "LW1002",
    "{path} cannot be read: {reason}",
    _UNREAD,
    "Make the file readable for the user who runs Laneway.",
)

TOO_LARGE = error(
    "LW1003",
    "{what} has more than {limit}, the limit of what is read",
    "The limit keeps a file that is here by mistake from using all memory and time. A cluster "
    "itself accepts no object above 3 MB.",
    "Split the file, or leave it out of the given paths.",
)

NOT_UTF8 = error(
    "LW1004",
    "byte 0x{byte:02x} is not valid UTF-8{hint}",
    "Kubernetes reads UTF-8 only. " + _UNREAD,
    "Save the file as UTF-8.",
)

INVISIBLE_CHARACTER = error(
    "LW1005",
    "the invisible character {character} is not allowed in a manifest",
    "Some parsers reject a document with such a character, some keep it as part of a name, and "
    "some drop everything after it. " + _UNREAD,
    "Delete the character. If a value needs it, write it as a backslash escape in double quotes.",
)

SYNTAX = error(
    "LW1006",
    "{problem}",
    "The document cannot be read. " + _UNREAD,
    "Fix the text at the mark; the cause is often on the line above it.",
)

TAB = error(
    "LW1007",
    "a tab is used for indentation",
    "YAML allows only spaces for indentation. " + _UNREAD,
    "Replace the tab with spaces.",
)

TOO_DEEP = error(
    "LW1008",
    "values are nested more than {limit} levels deep",
    "No Kubernetes object is nested this deep; the limit keeps broken or hostile input from using "
    "all memory. " + _UNREAD,
    "Look for brackets or dashes that nest by mistake.",
)

ALIASES = error(
    "LW1009",
    "the aliases of this document expand to more than {limit} values",
    "Aliases that contain aliases can expand to more values than fit into memory. " + _UNREAD,
    "Write the values out instead of repeating them by alias.",
)

DUPLICATE_KEY = error(
    "LW1010",
    "key {key} is written twice in one mapping; first on line {first}",
    "kubectl silently keeps the last one, and so does Laneway; kustomize, Helm and Argo CD reject "
    "the file. It is probably a mistake.",
    "Delete one of the two, or merge their contents under one key.",
)

UNKNOWN_TAG = warning(
    "LW1011",
    "the YAML tag {tag} is ignored",
    "Kubernetes objects are plain values: kubectl drops the tag and keeps the value. The program "
    "that the tag was written for would read something else.",
    "Remove the tag, or render the file with the program that understands it first.",
)

MARKER_LINE = error(
    "LW1012",
    "a document must not start on the same line as its `---`",
    "YAML allows it and Laneway reads it, but kubectl rejects the whole file: after `---` it "
    "accepts only a comment.",
    "Start the document on the line below `---`.",
)

NOT_JSON = error(
    "LW1013",
    "{value} cannot be written as JSON",
    "kubectl converts YAML to JSON before sending it and refuses this value, so the object never "
    "reaches a cluster.",
    "Quote the value if it is meant as text, or write an ordinary number.",
)

NO_OBJECT = info(
    "LW1014",
    "this is not a Kubernetes object, but {found} without apiVersion and kind",
    "It is ignored; the other objects of the file are read as usual.",
    "If it is meant to be an object, add apiVersion, kind and metadata.name.",
)

NOTHING_FOUND = error(
    "LW1015",
    "{path} contains no .yaml, .yml or .json file to read",
    "Folders are searched with their subfolders for these endings, without hidden files and what "
    "git ignores. An empty input is treated as a mistake, because it would delete everything.",
    "Check the path, or name the files one by one.",
)

HALF_OBJECT = error(
    "LW1016",
    "this object has no {missing}",
    "Without it Laneway cannot tell which object this is, and a cluster rejects it. Ignoring it "
    "could delete what it defines.",
    "Add {missing}.",
)

WRITTEN_TWICE = error(
    "LW1017",
    "{ref} is defined twice with different contents; the other is in {other}",
    "A cluster holds one object of a name, so the one applied last wins, and that depends on the "
    "order of files and documents. Laneway takes the last one too.",
    "Delete one of the two, or rename one. A kustomize base and its overlay become one object only "
    "after `kustomize build`.",
)

WRITTEN_TWICE_ALIKE = warning(
    "LW1018",
    "{ref} is defined twice with the same contents; the other is in {other}",
    "Nothing is wrong today, but the next edit may change only one of them.",
    "Delete one of the two.",
)

OTHER_VERSION = error(
    "LW1019",
    "{kind} of {api_version} is not supported; supported versions: {known}",
    "This kind decides where requests go, and in another version it may mean something else. The "
    "object is left out, and what is live stays unchanged.",
    "Use one of the supported versions.",
)

NO_ITEMS = error(
    "LW1020",
    "`items` of this {kind} must be a list, but is {found}",
    "A list of objects has them under `items`. " + _UNREAD,
    "Write `items:` as a list of objects.",
)

BEHIND_THE_END = warning(
    "LW1021",
    "kubectl ignores this document, because it follows `...` without a `---`",
    "kubectl drops everything between `...` and the next `---`. Laneway reads it, so a cluster "
    "would get different input.",
    "Add `---` before the document.",
)

NUMBER_AS_KEY = warning(
    "LW1022",
    "the key {key} is read as a number",
    "kubectl rewrites numbers, so 1.10 becomes 1.1 in a cluster. Laneway keeps the key as written.",
    "Put the key in quotes.",
)

MERGE_OVERRIDES = warning(
    "LW1023",
    "the merge (`<<`) overrides the key {key} above it",
    "In the YAML standard an explicit key wins over a merged one, wherever it is. kubectl lets the "
    "last one win, and so does Laneway.",
    "Make `<<` the first key of the mapping.",
)

FOREIGN_FILES = info(
    "LW1024",
    "no Kubernetes objects in {files}",
    "Folders often contain files of other programs: Helm values, kustomizations, data. They are "
    "ignored and block nothing.",
    "If one of them is meant to be an object, add apiVersion, kind and metadata.name.",
)

NOT_RENDERED = info(
    "LW1025",
    "{what}; Laneway reads only rendered objects",
    "Templates and patches are not objects yet, so they are not read. Only the tool that they were "
    "written for can render them.",
    "Check the rendered output: `{command}`.",
)

NOT_ENTERED = info(
    "LW1026",
    "{count} ignored because of .gitignore or the name: {names}",
    "Folders are searched without what git ignores, hidden folders, node_modules and vendor. Only "
    "paths that contain manifest files are listed here.",
    "Name a path to read it, or use --all-files to read everything.",
)

IGNORED_LANES = warning(
    "LW1027",
    "lanes found in {names}, which {verb} ignored",
    "Hidden paths and paths that git ignores are read only if you name them, so these lanes have "
    "no effect here.",
    "Name the path as well, or use --all-files to read everything.",
)

KEPT_THOUGH_IGNORED = warning(
    "LW1028",
    "{names} {verb} still read, although now ignored",
    "Editing .gitignore, or adding a file that turns a folder into a chart, does not delete what "
    "is live. A file that was read stays part of the input as long as it exists and this process "
    "runs.",
    "Delete the file to remove its objects, or name its path to read it after a restart as well.",
)

NO_INPUT = error(
    "LW1029",
    "{what}",
    "There is nothing to check, render or run, and a check of nothing must not pass. Often the "
    "command before the pipe has failed.",
    "{fix}",
)

OTHER_KIND = error(
    "LW1030",
    "{api_version} has no kind {kind}; did you mean {right_kind}?",
    "A cluster rejects the object, so it has no effect. " + _UNREAD,
    "Write `kind: {right_kind}`.",
)

OTHER_API = error(
    "LW1031",
    "{kind} is not a kind of {api_version}; did you mean {right_kind} of {right}?",
    "A cluster rejects the object, so it has no effect. " + _UNREAD,
    "Write `apiVersion: {right}` and `kind: {right_kind}`.",
)

MISSING_LEFT_OUT = info(
    "LW1035",
    "{count} about missing objects left out until all of {files} is understood ({codes})",
    "What seems to be missing may be what is not understood there.",
    "Fix the file, or have the kind read; what is still missing is reported then.",
)

UNREAD_PACKAGES = warning(
    "LW1036",
    "the packages of {workload} cannot be read in {name}: {trouble}",
    "The annotation laneway.dev/packages names the lock file or SBOM of a program, by its path "
    "from the folder of the manifest. By its packages is predicted whether the program passes its "
    "lane on; no route depends on them.",
    "Name a file in the folders that are read: an SBOM as CycloneDX or SPDX in JSON, "
    "package-lock.json, uv.lock, poetry.lock, requirements.txt, go.mod, Cargo.lock or "
    "gradle.lockfile.",
)
