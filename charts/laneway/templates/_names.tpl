{{- define "laneway.name" -}}
{{- if contains "laneway" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-laneway" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "laneway.account" -}}
{{- .Values.serviceAccount.name | default (include "laneway.name" .) }}
{{- end }}

{{/* What stands for this installation: while it is there, objects go only as the operator takes them away. */}}
{{- define "laneway.installation" -}}
{{ include "laneway.name" . }}-{{ .Release.Namespace }}
{{- end }}

{{- define "laneway.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "laneway.selector" -}}
app.kubernetes.io/name: laneway
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of the pods that execute releases, which no selector of the operator's means. */}}
{{- define "laneway.releases.selector" -}}
app.kubernetes.io/name: laneway-releases
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of the pod that shows lanes. */}}
{{- define "laneway.console.selector" -}}
app.kubernetes.io/name: laneway-console
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "laneway.labels" -}}
{{ include "laneway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: laneway
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What is written for lanes, where it may be written. */}}
{{- define "laneway.writes" -}}
- apiGroups: [networking.istio.io]
  resources: [virtualservices, destinationrules]
  verbs: [get, create, patch, delete]
{{- end }}

{{- define "laneway.subject" -}}
- kind: ServiceAccount
  name: {{ include "laneway.account" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
