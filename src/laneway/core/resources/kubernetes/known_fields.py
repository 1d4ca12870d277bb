"""Every field of the Kubernetes kinds that is near one of those that are read, by name alone.

Only data, as the table of Istio's kinds: what stands beside a field that decides where a request
goes or how a program starts, so that no real field is ever taken for a misspelled one. `?` marks a
mapping of which not all fields are known. A test holds it against Kubernetes' own types.
https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

from collections.abc import Mapping

from laneway.core.resources.istio.known_fields import OPEN, Tree, of

READ = frozenset(
    {
        *("annotations", "appProtocol", "args", "clusterIP", "command", "containerPort"),
        *("containers", "env", "externalName", "hostNetwork", "image", "initContainers"),
        *("jobTemplate", "labels", "metadata", "name", "namespace", "ownerReferences"),
        *("parallelism", "port", "ports", "protocol", "readinessProbe", "replicas", "selector"),
        *("spec", "status", "targetPort", "template", "type", "value", "workloadRef"),
    }
)
"""The fields of Kubernetes that say anything to Laneway: others may be misspelled as they like."""

METADATA = of(
    "annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers "
    "generateName generation labels managedFields name namespace ownerReferences resourceVersion "
    "selfLink uid"
)
SERVICE = of(
    "allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName "
    "externalTrafficPolicy healthCheckNodePort internalTrafficPolicy ipFamilies ipFamilyPolicy "
    "loadBalancerClass loadBalancerIP loadBalancerSourceRanges publishNotReadyAddresses selector "
    "sessionAffinity sessionAffinityConfig trafficDistribution type",
    ports=of("appProtocol name nodePort port protocol targetPort"),
)
CONTAINER = of(
    "args command envFrom image imagePullPolicy lifecycle livenessProbe name readinessProbe "
    "resizePolicy resources restartPolicy restartPolicyRules securityContext startupProbe stdin "
    "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts "
    "workingDir",
    env=of("name value valueFrom"),
    ports=of("containerPort hostIP hostPort name protocol"),
)
POD = of(
    "activeDeadlineSeconds affinity automountServiceAccountToken dnsConfig dnsPolicy "
    "enableServiceLinks ephemeralContainers hostAliases hostIPC hostNetwork hostPID hostUsers "
    "hostname hostnameOverride imagePullSecrets nodeName nodeSelector os overhead preemptionPolicy "
    "priority priorityClassName readinessGates resourceClaims resources restartPolicy "
    "runtimeClassName schedulerName schedulingGates schedulingGroup securityContext serviceAccount "
    "serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain "
    "terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes",
    containers=CONTAINER,
    initContainers=CONTAINER,
)
_TEMPLATE = of("", metadata=METADATA, spec=POD)
_ROLLING = "minReadySeconds replicas revisionHistoryLimit selector"
_JOB = of(
    "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy "
    "manualSelector maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector "
    "successPolicy suspend ttlSecondsAfterFinished",
    template=_TEMPLATE,
)
_OF_OTHERS = of(OPEN, template=_TEMPLATE)
KUBERNETES_SPECS: Mapping[tuple[str, str], Tree] = {
    ("", "Pod"): POD,
    ("", "ReplicationController"): of("minReadySeconds replicas selector", template=_TEMPLATE),
    ("", "Service"): SERVICE,
    ("apps", "DaemonSet"): of(
        "minReadySeconds revisionHistoryLimit selector updateStrategy", template=_TEMPLATE
    ),
    ("apps", "Deployment"): of(
        f"{_ROLLING} paused progressDeadlineSeconds strategy", template=_TEMPLATE
    ),
    ("apps", "ReplicaSet"): of("minReadySeconds replicas selector", template=_TEMPLATE),
    ("apps", "StatefulSet"): of(
        f"{_ROLLING} ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy serviceName "
        "updateStrategy volumeClaimTemplates",
        template=_TEMPLATE,
    ),
    ("apps.kruise.io", "CloneSet"): _OF_OTHERS,
    ("apps.kruise.io", "DaemonSet"): _OF_OTHERS,
    ("apps.kruise.io", "StatefulSet"): _OF_OTHERS,
    ("argoproj.io", "Rollout"): _OF_OTHERS,
    ("batch", "CronJob"): of(
        "concurrencyPolicy failedJobsHistoryLimit schedule startingDeadlineSeconds "
        "successfulJobsHistoryLimit suspend timeZone",
        jobTemplate=of("", metadata=METADATA, spec=_JOB),
    ),
    ("batch", "Job"): _JOB,
}
"""The fields of `spec`, by API group and kind. Knative allows others in its templates."""
