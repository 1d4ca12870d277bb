"""LW20xx: releases, as edits of the files in which lanes and their weights are written.

Only texts, no decisions: a code says why nothing is written and how to go on, the room of edits
finds where.
"""

from __future__ import annotations

from laneway.core.findings.finding import error, info, warning

NO_SUCH_LANE = error(
    "LW2001",
    "there is no lane {lane} in the input{hint}",
    "Weights are moved between lanes that exist: a subset without a lane gets 503.",
    "Name a lane of the input, or name the folder that holds it. `laneway release add-lane {lane} "
    "--from LANE` makes one as a copy of another.",
)

NOT_IN_A_SPLIT = error(
    "LW2002",
    "lane {lane} has no part in {split}",
    "Its weight is set where requests are split: in the routes of a VirtualService with the lanes "
    "as subsets, or as ingressWeight of the lanes of a weighted group. There is none to set.",
    "{fix}",
)

NOT_100 = error(
    "LW2003",
    "the weights of {split} would add up to {total}: {shares}",
    "Weights are shares of all requests. Sums other than 100 mean other shares than those written, "
    "and nobody who reads the file sees which.",
    "Name weights that add up to 100; lanes that are not named keep theirs.",
)

NOT_ALONE = error(
    "LW2004",
    "{what} cannot be changed alone: {reason}",
    "An edit changes the value that is meant and no other byte. Where that cannot be, nothing is "
    "written.",
    "Give the value its own text, or {write}.",
)

TWICE_IN_A_SPLIT = error(
    "LW2005",
    "{lane} has several parts in {split}",
    "A weight of the lane would have to be parted among them, and nothing says how.",
    "Write these weights by hand, or let one destination lead to the lane.",
)

IN_A_TEMPLATE = error(
    "LW2006",
    "the weights are in a Helm template: {path}",
    "A template is no object: its weights come from values, and only Helm knows which. Laneway "
    "changes objects as they stand in files.",
    "Change the value that the template names (values.yaml, or `--set` of `helm upgrade`), or keep "
    "the rendered output in Git (`helm template`) and name its folder.",
)

IN_A_PATCH = error(
    "LW2007",
    "{path} patches the weights of {ref}",
    "What is applied is what the patch says, whatever weights stand in the object that it changes, "
    "so an edit there would do nothing or half.",
    "Change the weights in the patch by hand, or move them from the patch into the object; then "
    "Laneway can set them.",
)

NO_EARLIER_WEIGHTS = error(
    "LW2008",
    "no commit has {split} without weight for lane {lane}; {looked} looked at",
    "Going back means the weights of the last commit before the lane had any, and history knows of "
    "none in which this split was there.",
    "Say which weights: `laneway release rollback {lane} --to COMMIT`, or `laneway release set "
    "{lane}=0 …` with weights of the other lanes that add up to 100.",
)

EARLIER_NOT_100 = error(
    "LW2009",
    "the weights of {split} in commit {commit} add up to {total} among today's lanes: {shares}",
    "A lane that had weight then is gone, or the weights were wrong already.",
    "Name another commit by --to, or the weights by `laneway release set`.",
)

HAS_WEIGHT = error(
    "LW2010",
    "lane {lane} still has weight {weight} in {split}",
    "Requests go to it. Who takes it away now takes their answers away as well.",
    "Give its weight to others first: `laneway release rollback {lane}`, or `laneway release set "
    "{lane}=0 …`; once that is live, remove the lane.",
)

LEADS_TO_LANE_ALONE = error(
    "LW2011",
    "{route} leads to lane {lane} alone",
    "The only destination of a route gets all requests that the route matches, whatever its "
    "weight. Without the lane they would get 503.",
    "Remove the route, or lead it to another lane, and once that is live, remove the lane.",
)

NEEDED_BY_GROUP = error(
    "LW2012",
    "group {group} needs lane {lane}: {use}",
    "It answers for lanes that lack a service. Without it, the group would be held.",
    "Name another lane there first.",
)

NAME_TAKEN = error(
    "LW2013",
    "{what} is there already",
    "A new lane must not change what exists: neither a file nor an object nor the pods of another "
    "lane.",
    "Choose another name for the lane, or remove what is there.",
)

NOT_COPIED = error(
    "LW2014",
    "{what} cannot be copied: {reason}",
    "A copy changes names, labels and weights, and only in a text whose form is known.",
    "Write the new lane by hand, or give {what} a form with a document of its own and distinct "
    "labels in it.",
)

STILL_NAMES_OLD = info(
    "LW2015",
    "the copy still says {words}: `{line}`",
    "Only names, labels and weights were changed. What else is to be another version, such as the "
    "image, only you know.",
    "Look at these lines before you commit.",
)

SPLIT_LEFT = warning(
    "LW2016",
    "{split} stays as it is: lane {lane} has no part in it",
    "Only splits that have all lanes that were named are changed.",
    "Nothing to do if that split is not part of the release; otherwise add the lane to it.",
)

NOT_REMOVED = warning(
    "LW2017",
    "{ref} stays: {reason}",
    "Only what nothing else uses goes with a lane.",
    "Nothing to do if it is meant for others as well.",
)

LEFT_OUT = warning(
    "LW2018",
    "{ref} is not copied: {reason}",
    "The new lane does not have it, so its requests fail or fall back where it would answer.",
    "Write it for the new lane by hand, if it needs one.",
)

UNCOMMITTED = error(
    "LW2019",
    "{path} {state}",
    "The commit would hold what is not part of this edit, and nobody who reads it would know.",
    "Commit that first, or leave --commit out and commit by hand.",
)

NOT_IN_GIT = error(
    "LW2020",
    "{path} is in no Git repository with a commit",
    "Earlier weights are found in the history of the files, and there is none.",
    "Say the weights: `laneway release set {lane}=0 …` with those of the other lanes.",
)

NO_SUCH_COMMIT = error(
    "LW2021",
    "there is no commit {commit} in the repository of {path}",
    "Weights of another moment are found in the commit of that moment.",
    "`git log -- {path}` lists the commits in which it changed.",
)

NOT_IN_LANE = error(
    "LW2022",
    "lane {lane} has no {what}; there are: {there}",
    "What was asked for would be nowhere in the copy, and nobody would notice.",
    "Correct the name: of services as in the group, of images as in the workloads, without a tag.",
)

STRICT_LANE_NEEDS_ALL = error(
    "LW2023",
    "group {group} is strict: a lane of some services would answer 503 at the others",
    "Nothing stands in for a service that a strict lane lacks.",
    "Leave --service out, or make the group permissive.",
)

EXPIRES_SOON = warning(
    "LW2024",
    "lane {lane} is needed until {when}, by its annotation",
    "`laneway release remove-expired` takes it away from then on.",
    "If it is needed for longer, make laneway.dev/expires-after longer.",
)

NOT_FINISHED = error(
    "LW2026",
    "{split} is not lane {lane}'s alone: {shares}",
    "What others get requests by is still used.",
    "`laneway release promote {lane}`, and finish once that is live.",
)

STILL_REACHED = info(
    "LW2028",
    "lane {lane} stays: {way}",
    "What is left behind are lanes that no request can come into.",
    "Take that way away first; or, if the lane is over all the same, take it away by name: "
    "`laneway release remove-lane {lane}`.",
)

IN_NO_SPLIT = error(
    "LW2027",
    "lane {lane} of group {group} has no part in any split",
    "Without one it is unknown which lanes it took the place of.",
    "Take lanes away one by one: `laneway release remove-lane LANE`.",
)

HISTORY_CUT_OFF = error(
    "LW2025",
    "the history of {path} is cut off: since when lane {lane} is there is not in it",
    "A clone of the last commits alone does not know when something came in.",
    "`git fetch --unshallow`; in CI fetch all commits: `fetch-depth: 0` for actions/checkout, "
    "`GIT_DEPTH: 0` for GitLab.",
)

NO_PLAN = error(
    "LW2030",
    "{path} holds {found}",
    "A release in stages is carried out by one plan, which says who comes, who is compared, and "
    "what the stages are.",
    "Write one document with `apiVersion: laneway.dev/v1alpha1` and `kind: LaneRelease`.",
)

STAGE_NOT_100 = error(
    "LW2031",
    "the weights of stage {stage} add up to {total}",
    "Weights are shares of all requests, and a stage is set as it is written.",
    "Name the weight of every lane of the split in each stage, so that they add up to 100.",
)

NOTHING_TO_COMPARE = error(
    "LW2032",
    "stage {stage} gives lane {lane} no requests",
    "A stage is judged by requests of the new lane and of the stable one at the same time. Only in "
    "the last one may the stable lane have none; it is then not judged.",
    "Give both a weight in every stage but the last.",
)

OTHER_PLAN = error(
    "LW2033",
    "release {name} has begun by another plan than {path} is now",
    "Stages and gates of a release that is under way have been judged as they were written then; "
    "how much may still be spent on errors is unknown for others.",
    "Go on with the plan as it was (`git log -- {path}`), or begin anew: `laneway release abort "
    "{path}` if it is under way, then `laneway release run {path} --again`.",
)

REQUEST_UNREADABLE = error(
    "LW2034",
    "`{value}` is no request to a release: {why}",
    "A request is carried out once and as it is written, so one that can be read in two ways is "
    "not carried out.",
    "Write the annotation as `ACTION [LANE=WEIGHT ...] WORD`, such as "
    "`pause 2026-11-30T09:00:00Z`; the last word is another for each request.",
)

REQUEST_UNFIT = error(
    "LW2035",
    "release {name} is {phase}: there is nothing to {action}",
    "What has not begun has no stage to stay at, and what is over has none to go on from.",
    "`kubectl get lanerelease {name}` shows where it stands. A release that was ended begins anew "
    "by `resume`, one that is done by another plan. One whose plan was edited under way goes on "
    "with the plan as it was, or is ended by `abort` before it begins anew.",
)

KEPT_BY_A_SYNCER = error(
    "LW2036",
    "the weights of the release are in {what}, which is kept by {other}",
    "A syncer puts back what differs from its repository, so weights that are applied beside it "
    "would be lost, or taken back and forth.",
    "Name the repository in the release (`spec.git`), so that weights move by commits; or take the "
    "object out of what the syncer applies.",
)

APPLIED_BY_OTHERS = error(
    "LW2037",
    "the weights of the release are in {what}, and are applied by {others} as well",
    "Whoever applies them applies them again, with the weights of then.",
    "Leave the weights out of what {others} applies, or name the repository in the release "
    "(`spec.git`), so that weights move by commits.",
)

NOT_CONFIGURED = error(
    "LW2038",
    "the release names {what} {name}, and the configuration of whoever executes it has {known}",
    "A release says names and never addresses: whoever may write one may not choose whom a "
    "program in the cluster speaks to, nor with which credential.",
    "Correct the name, or add it to laneway.toml of whoever executes releases.",
)

NO_METRICS = error(
    "LW2039",
    "the release names no server that counts requests",
    "Without `metrics` a release is judged by the mesh on the machine of its runner. In a cluster "
    "there is none.",
    "Write `metrics: NAME` into its spec, a name that the configuration has.",
)

SPLIT_GONE = error(
    "LW2040",
    "the weights of before do not come back: {split} is not there any more, or is another",
    "Weights that are put where other requests are split would be wrong, and what was meant would "
    "stay as it is.",
    "Put the route back as it was, or set the weights by hand and delete the LaneRelease. Routes "
    "that have a `name` are found again wherever they stand.",
)

NOT_THERE = error(
    "LW2041",
    "{what} is not there any more",
    "Somebody took it away, or called it otherwise, since the form was opened.",
    "Look at what is there now, and begin anew.",
)

NAME_STAYS = error(
    "LW2042",
    "{what} cannot be called {name}",
    "An object is known by its name: with another name it is another one, and the old one stays.",
    "Make a new one of that name, and remove the old one once nothing needs it.",
)

KEPT_ELSEWHERE = error(
    "LW2044",
    "{what} is kept in step with a repository: {other}",
    "What is changed beside the repository is put back, or taken back and forth.",
    "Change it by a commit: the console makes it if `--work-tree` names a work tree.",
)

TAKES_NO_OBJECT = error(
    "LW2043",
    "{path} takes no new object: {reason}",
    "A new object is a document of YAML, at the end of a file or in one of its own.",
    "Name another file, such as `lanes.yaml`.",
)
