"""LW17xx: what a mesh on this machine cannot do.

Only texts, no decisions: a code says what is wrong and how to mend it, a rule finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import Code

IMAGE_WITHOUT_COMMAND = Code(
    "LW1701",
    "error",
    "no command stands for image {image} of {workload}",
    "A mesh on this machine runs programs and no images, and only you know which program an image "
    "holds.",
    "Name it: --run '{image}=COMMAND' (it gets its port as PORT and {{port}}), or under [run] in "
    "laneway.toml. The command @mock stands for the built-in mock application.",
)

NOT_STARTED = Code(
    "LW1795",
    "info",
    "{workloads} cannot run on this machine and are left out",
    "A WorkloadEntry is a machine elsewhere. A Job or CronJob is a program that ends, which a mesh "
    "that keeps its programs running would start again and again.",
    "Nothing to do where nobody calls them; start a Job's program by hand with the variables of a "
    "workload of its lane, or stand in for a machine with a Deployment of the same labels.",
)

EDIT_REFUSED = Code(
    "LW1702",
    "error",
    "mesh {mesh} refused the newest edit of its files {ago} ago for {cause} and serves what it "
    "served before",
    "What was tested is not what the files say: an edit that brings errors does not go live.",
    "`{command}` shows what is wrong. The mesh takes the files as soon as they are mended.",
)
