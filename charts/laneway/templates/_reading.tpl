{{/* Rules to read all that decides where requests go; the context are the verbs. No Secret is among it. */}}
{{- define "laneway.reading" -}}
- apiGroups: [istio.alibabacloud.com]
  resources: [asmswimlanegroups, asmswimlanes, asmhashtaggings, asmheaderpropagations, trafficlabels]
  verbs: {{ . }}
- apiGroups: [""]
  resources: [namespaces, pods, services]
  verbs: {{ . }}
- apiGroups: [networking.istio.io]
  resources:
    - destinationrules
    - envoyfilters
    - gateways
    - serviceentries
    - sidecars
    - virtualservices
    - workloadentries
    - workloadgroups
  verbs: {{ . }}
- apiGroups: [security.istio.io]
  resources: [authorizationpolicies, peerauthentications, requestauthentications]
  verbs: {{ . }}
- apiGroups: [extensions.istio.io]
  resources: [trafficextensions, wasmplugins]
  verbs: {{ . }}
- apiGroups: [gateway.networking.k8s.io]
  resources: [grpcroutes, httproutes, tcproutes, tlsroutes]
  verbs: {{ . }}
{{- end }}
