{{/* The chart's name, or what nameOverride says. */}}
{{- define "postgres.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The name of all objects: the release's, with the chart's behind it unless the release's has it already.
Kubernetes writes a StatefulSet's name and 11 characters into a label, which holds 63. */}}
{{- define "postgres.fullname" -}}
{{- $name := include "postgres.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What a selector may ask for: never changes. */}}
{{- define "postgres.selectorLabels" -}}
app.kubernetes.io/name: {{ include "postgres.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Labels that name, version and place an object. None of them tells the image's tag: only pods change with a build. */}}
{{- define "postgres.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: todo
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The labels of every object. */}}
{{- define "postgres.labels" -}}
{{ include "postgres.selectorLabels" . }}
app.kubernetes.io/component: database
{{ include "postgres.commonLabels" . }}
{{- end }}

{{/* The labels of the test's pod, which no selector of the real pods may find. */}}
{{- define "postgres.testLabels" -}}
app.kubernetes.io/name: "{{ include "postgres.name" . }}-test"
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: test
{{ include "postgres.commonLabels" . }}
{{- end }}

{{/* repository:tag, with the digest when there is one. */}}
{{- define "postgres.image" -}}
{{- $image := .Values.image }}
{{- printf "%s:%s" $image.repository ($image.tag | default .Chart.AppVersion) }}
{{- with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What the "restricted" Pod Security profile asks of a container, and a root file system that nothing can write to. */}}
{{- define "postgres.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
readOnlyRootFilesystem: true
{{- end }}

{{/* What the "restricted" Pod Security profile asks of a pod. */}}
{{- define "postgres.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.runAsUser }}
runAsGroup: {{ .Values.runAsUser }}
fsGroup: {{ .Values.runAsUser }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* What the server writes to and reads from, and whoever opens the data before it. */}}
{{- define "postgres.mounts" -}}
# The image keeps each major version's data in a folder of its own below this one.
- name: data
  mountPath: /var/lib/postgresql
- name: run
  mountPath: /var/run/postgresql
- name: tmp
  mountPath: /tmp
- name: password
  mountPath: /run/secrets/postgres
  readOnly: true
{{- end }}
