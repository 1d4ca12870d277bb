"""LW17xx: what a mesh on this machine cannot do.

Only texts, no decisions: a code says what is wrong and how to fix it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

IMAGE_WITHOUT_COMMAND = error(
    "LW1701",
    "no command for {images} of {workloads}",
    "A mesh on this machine runs programs, not images, and only you know which program is in an "
    "image.",
    "Add these lines to laneway.toml and write your program's command in place of @mock, which is "
    "the built-in mock application; a program gets its port as PORT and {{port}}. Or give the "
    "command on the command line: --run '{image}=COMMAND', or --run 'WORKLOAD=COMMAND'.\n"
    "[run]\n{lines}",
)

NOT_STARTED = info(
    "LW1795",
    "{workloads} cannot run on this machine and are left out",
    "A WorkloadEntry is a machine elsewhere. A Job or CronJob is a program that ends, and a mesh "
    "that keeps its programs running would start it again and again.",
    "Nothing to do if nothing calls them. Otherwise start a Job's program by hand with the "
    "variables of a workload of its lane, or replace a machine with a Deployment that has the same "
    "labels.",
)

NOTHING_TO_RUN = warning(
    "LW1751",
    "--run '{name}=…' is for nothing: no image and no workload here is called so{hint}",
    "Its command stands for nothing, so what you meant it for runs another command or none.",
    "Name an image as the manifests do, with or without its tag and with wildcards, or a workload: "
    "`laneway ps` lists those that run.",
)

UNUSED_COMMANDS = info(
    "LW1752",
    "[run] has commands for {names}, but no image and no workload here is called so{hint}",
    "One laneway.toml may serve several meshes, so this may be as you want it. Else what you meant "
    "runs another command or none.",
    "Nothing to do if they are for other meshes; otherwise correct the names.",
)

EDIT_REFUSED = error(
    "LW1702",
    "mesh {mesh} refused {edit} {ago} ago for {cause} and still serves what it served before",
    "Tests did not reach what was written last: an edit with errors does not go live.",
    "`{command}` shows the errors. The mesh applies the next edit as soon as it has none.",
)
