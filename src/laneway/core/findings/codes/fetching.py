"""LW21xx: what is fetched from a Git repository, before anything of it is read as an object.

Only texts, no decisions: a code says what is not asked or not taken and how to go on; the room of
Git's words and the store find where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

_KEPT = "Nothing of the commit is taken: what was good before it keeps serving."

URL_REFUSED = error(
    "LW2101",
    "{url} is not asked: {reason}",
    "A manifest that came from elsewhere must not choose what is started on this machine, or whom "
    "it speaks to.",
    "{fix}",
)

REVISION_REFUSED = error(
    "LW2102",
    "{revision} is no revision that is followed: {reason}",
    "A revision is asked of a server by its name, so it has to be a name that Git allows.",
    "Name a branch, a tag, a whole commit id (40 hexadecimal digits) or HEAD.",
)

PATH_REFUSED = error(
    "LW2103",
    "{path} selects no files of a repository: {reason}",
    "What is followed is a folder of the repository, and files in it.",
    "{fix}",
)

NO_REVISION = error(
    "LW2104",
    "{url} has no {revision}",
    "There is nothing to follow until it is there.",
    "Check the spelling; `git ls-remote {url}` lists what there is.",
)

UNREACHABLE = error(
    "LW2105",
    "{url} could not be asked: {reason}",
    "What was good before keeps serving; it is asked again.",
    "`git ls-remote {url}` on this machine says more.",
)

NOT_LET_IN = error(
    "LW2106",
    "{url} lets nobody in like this: {reason}",
    "A repository that is not public needs a key or a token that may read it.",
    "For ssh, give the key to the agent (`ssh-add`) and accept the host once (`ssh {host}`); for "
    "https, name a token that may read it, or store one in Git's credential helper.",
)

OVER_A_LIMIT = error(
    "LW2107",
    "{what} more than {limit}, the limit of what is taken from a repository",
    "The limit keeps a repository that is hostile, or is not meant, from using all memory, disk or "
    f"time. {_KEPT}",
    "Keep the manifests in a smaller repository of their own, or follow a narrower path.",
)

NOT_GIT = error(
    "LW2108",
    "what {url} sent is not what Git sends: {reason}",
    f"Half an answer says nothing of the other half. {_KEPT}",
    "Check that the URL is that of a repository; `git fsck` there says whether it is sound.",
)

REDIRECTED = error(
    "LW2109",
    "{url} redirects to {target}",
    "Only the server that is named is asked, and it alone gets credentials.",
    "Write the URL that it redirects to, if that is the repository you mean. Some servers want "
    "`.git` at the end.",
)

NO_FOLDER = error(
    "LW2110",
    "commit {commit} has no folder {path}",
    f"An empty folder would mean that everything is to be deleted. {_KEPT}",
    "Check the spelling, or push the folder.",
)

LINK_OUT = error(
    "LW2111",
    "{path} is a link to {target}, outside of the repository",
    f"Only what is in the commit is read, never a file of this machine. {_KEPT}",
    "Put the file itself there, or leave it out by `exclude`.",
)

LINK_NOT_FOLLOWED = warning(
    "LW2112",
    "{path} is a link to {target}, and that is no file of the commit",
    "Links to folders, to other links and to nothing are not followed; Argo CD passes them by as "
    "well.",
    "Put the file itself there, or leave it out by `exclude`.",
)

SUBMODULE = error(
    "LW2113",
    "{path} is a submodule",
    "Its files are in another repository, which is not asked, so nobody knows what they say. "
    f"{_KEPT}",
    "Commit the files themselves, or leave it out by `exclude`.",
)

LFS_POINTER = error(
    "LW2114",
    "{path} is kept in Git LFS: the commit has only a pointer to it",
    f"Its content is on another server, which is not asked. {_KEPT}",
    "Keep manifests in Git itself: `git lfs untrack`, then commit the file anew.",
)

ODD_NAME = error(
    "LW2115",
    "the folder {folder} has an entry named {name}, which Git itself never writes",
    f"Such a tree is made by hand, to lead some reader astray. {_KEPT}",
    "`git fsck` in the repository names the tree; make its commit anew with Git.",
)

NO_TOKEN = error(
    "LW2116",
    "there is no token in {where}",
    "Whoever runs this said that the token is there.",
    "Put it there, or leave the option out.",
)

RENDERED_BY_OTHERS = error(
    "LW2117",
    "{path} is for {tool}: it holds {file}",
    "Its files are no objects yet; what they become, only that tool knows; Argo CD would run it. "
    f"Nothing of a repository is run here. {_KEPT}",
    "Commit what comes out of it to a folder of its own (`{command} > rendered/all.yaml`) and "
    "follow that; or write `directory: {{}}` under `source` if the files are meant as they stand.",
)

NOT_RUN = error(
    "LW2118",
    "{field} asks for {tool}, and nothing is run here",
    "What comes out of it are the objects; Laneway reads objects as they stand in "
    "files, and starts no program that a repository names.",
    "Commit what comes out of it (`{command} > rendered/all.yaml`), from a pipeline for instance, "
    "and let `source.path` lead there.",
)

SEVERAL_SOURCES = error(
    "LW2119",
    "{field} asks for {what}",
    "One repository and one folder of it is followed: of two, a commit in one says nothing of the "
    "other.",
    "Write one Application for each, with `source`.",
)

NOT_AN_APPLICATION = error(
    "LW2120",
    "{path} holds no Application",
    "An Application (argoproj.io/v1alpha1) says which repository is followed, and how.",
    "Name the file that holds it; an ApplicationSet has to be written out as its Applications.",
)

TWO_DESTINATIONS = error(
    "LW2121",
    "the destination has both a server and a name",
    "They may mean two clusters, and Argo CD refuses such an Application.",
    "Keep one of `destination.server` and `destination.name`.",
)

NO_EFFECT = info(
    "LW2122",
    "{field} has no effect here: {reason}",
    "Argo CD does something with it that Laneway does otherwise, or does not do.",
    "Nothing to do, if that is as you want it.",
)

UNKNOWN_OPTION = warning(
    "LW2123",
    "{option} is no sync option that Argo CD knows{hint}",
    "Argo CD passes by options that it does not know, without a word.",
    "Correct the spelling; options are written as `Prune=false`.",
)

JSONNET = error(
    "LW2124",
    "{path} is a program in Jsonnet, and nothing is run here",
    f"What comes out of it, only Jsonnet knows; Argo CD would run it. {_KEPT}",
    "Commit what comes out of it (`jsonnet -y FILE > rendered/all.yaml`), and leave the program "
    "out by `exclude`.",
)

NO_PROGRAM = error(
    "LW2125",
    "{url} could not be asked: there is no program `{program}` on the PATH",
    "Folders of this machine are asked through `git`, and servers by ssh through `ssh`. What was "
    "good before keeps serving.",
    "Install it, or have the PATH lead to it: `command -v {program}` says whether it is found.",
)
