"""Every field of an Application, so that one that is none is told.

Only data: names, shapes and a sentence for each, as the tables of the lane kinds. What is refused
or has no effect is here too, by name alone.
https://github.com/argoproj/argo-cd/blob/master/manifests/crds/application-crd.yaml
"""

from __future__ import annotations

from laneway.core.resources.lanes.field import (
    Field,
    Fields,
    flag,
    many,
    one,
    raw,
    text,
    texts,
)

ROOT: Fields = {
    "apiVersion": text("The API's name."),
    "kind": text("Application."),
    "metadata": raw("Name, labels and annotations."),
    "spec": raw("What is followed, and how."),
    "status": raw("What Argo CD found; not read."),
    "operation": raw("What Argo CD is doing; not read."),
}

DIRECTORY: Fields = {
    "recurse": flag("Whether folders below are searched."),
    "include": text("Which files are taken, as a pattern."),
    "exclude": text("Which files are left out, as a pattern."),
    "disableExtensionFilter": flag("Whether files of any ending are taken."),
    "jsonnet": raw("How Jsonnet is evaluated; refused."),
}

SOURCE: Fields = {
    "repoURL": text("The repository."),
    "targetRevision": text("A branch, tag or commit; unset: HEAD."),
    "path": text("A folder of the repository."),
    "directory": one("Which files of the folder are read.", **DIRECTORY),
    "helm": raw("How Helm is run; refused."),
    "kustomize": raw("How kustomize is run; refused."),
    "plugin": raw("Which plugin is run; refused."),
    "chart": text("A chart of a Helm repository; refused."),
    "ref": text("A name for other sources; without effect."),
    "name": text("A name for people."),
    "tagPrefix": text("The beginning of tags that are versions; without effect."),
}

AUTOMATED: Fields = {
    "enabled": flag("Whether commits are applied by themselves; unset: yes."),
    "prune": flag("Whether what a commit lacks is removed."),
    "selfHeal": flag("Whether what others changed is put right."),
    "allowEmpty": flag("Whether a commit may hold nothing at all."),
}

BACKOFF: Fields = {
    "duration": text("How long the first wait is; a number alone are seconds."),
    "factor": Field("number", "How much longer each further wait is."),
    "maxDuration": text("How long a wait gets."),
}

RETRY: Fields = {
    "limit": Field("number", "How often; below 0: for ever."),
    "backoff": one("How soon.", **BACKOFF),
    "refresh": flag("Whether a newer commit takes the place of one that fails; here always."),
}

SYNC_POLICY: Fields = {
    "automated": one("What happens by itself.", **AUTOMATED),
    "syncOptions": texts("Options, as `Prune=false`."),
    "retry": one("How what failed is tried again.", **RETRY),
    "managedNamespaceMetadata": raw("Labels of a namespace that is made; without effect."),
}

DESTINATION: Fields = {
    "server": text("The cluster, by its API server."),
    "name": text("The cluster, by its name in Argo CD."),
    "namespace": text("The namespace of objects that name none."),
}

SPEC: Fields = {
    "project": text("The project, whose limits are Argo CD's."),
    "source": one("What is followed.", **SOURCE),
    "destination": one("Where it goes.", **DESTINATION),
    "syncPolicy": one("When.", **SYNC_POLICY),
    "sources": many("Several sources; refused."),
    "sourceHydrator": raw("Manifests that Argo CD writes itself; refused."),
    "ignoreDifferences": many("What is left out of comparisons; without effect."),
    "info": many("Texts for people."),
    "revisionHistoryLimit": Field("number", "How much history Argo CD keeps; without effect."),
}
