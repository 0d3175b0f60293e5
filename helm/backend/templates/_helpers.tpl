{{/* The chart's name, or what nameOverride says. */}}
{{- define "backend.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The name of all objects: the release's, with the chart's behind it unless the release's has it already. */}}
{{- define "backend.fullname" -}}
{{- $name := include "backend.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* What a selector may ask for: never changes. */}}
{{- define "backend.selectorLabels" -}}
app.kubernetes.io/name: {{ include "backend.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* Labels that name, version and place an object. None of them tells the image's tag: only pods change with a build. */}}
{{- define "backend.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: todo
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The labels of every object. */}}
{{- define "backend.labels" -}}
{{ include "backend.selectorLabels" . }}
app.kubernetes.io/component: backend
{{ include "backend.commonLabels" . }}
{{- end }}

{{/* The labels of the test's pod, which no selector of the real pods may find. */}}
{{- define "backend.testLabels" -}}
app.kubernetes.io/name: "{{ include "backend.name" . }}-test"
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: test
{{ include "backend.commonLabels" . }}
{{- end }}

{{/* repository:tag, with the digest when there is one. */}}
{{- define "backend.image" -}}
{{- $image := .Values.image }}
{{- printf "%s:%s" $image.repository ($image.tag | default .Chart.AppVersion) }}
{{- with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* What the "restricted" Pod Security profile asks of a container, and a root file system that nothing can write to. */}}
{{- define "backend.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
readOnlyRootFilesystem: true
{{- end }}

{{/* What the "restricted" Pod Security profile asks of a pod; the image's user is 1001. */}}
{{- define "backend.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1001
runAsGroup: 1001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* How many pods to ask for. While an autoscaler chooses their number: as many as run, so that no upgrade takes any away.
Without the number Kubernetes would take it back to 1. Where Helm can't ask the cluster: as many as it may begin with. */}}
{{- define "backend.replicas" -}}
{{- $scaled := .Values.autoscaling }}
{{- if $scaled.enabled }}
{{- $live := lookup "apps/v1" "Deployment" .Release.Namespace (include "backend.fullname" .) }}
{{- $running := dig "spec" "replicas" (min (int .Values.replicas) (int $scaled.maxReplicas)) $live }}
{{- max (int $running) (int $scaled.minReplicas) }}
{{- else }}
{{- .Values.replicas }}
{{- end }}
{{- end }}

{{/* "true" when there is more than one pod at all times. */}}
{{- define "backend.alwaysSeveral" -}}
{{- if gt (int (ternary .Values.autoscaling.minReplicas .Values.replicas .Values.autoscaling.enabled)) 1 }}true{{ end }}
{{- end }}

{{/* "true" when there can be more than one pod. */}}
{{- define "backend.sometimesSeveral" -}}
{{- if gt (int (ternary .Values.autoscaling.maxReplicas .Values.replicas .Values.autoscaling.enabled)) 1 }}true{{ end }}
{{- end }}

{{/* The Secret's version in the cluster, empty where Helm can't ask it: `helm template`. Tells nothing of its content. */}}
{{- define "backend.secretVersion" -}}
{{- if .Values.secret.rollOnChange }}
{{- with lookup "v1" "Secret" .Release.Namespace .Values.secret.name }}{{ .metadata.resourceVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* Refuses what no schema can: values that do not fit each other. */}}
{{- define "backend.validate" -}}
{{- $grace := int .Values.terminationGracePeriodSeconds }}
{{- $drain := add (int .Values.preStopSeconds) 10 | int }}
{{- if le $grace $drain }}
{{- fail (printf "terminationGracePeriodSeconds is %d and must be more than %d: preStopSeconds, and 10 s in which open requests end" $grace $drain) }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if lt (int .maxReplicas) (int .minReplicas) }}
{{- fail (printf "autoscaling.maxReplicas is %d and must not be less than autoscaling.minReplicas, %d" (int .maxReplicas) (int .minReplicas)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Refuses a database address that leads through a transaction pooler, where Helm can read the Secret. */}}
{{- define "backend.refusePooler" -}}
{{- with lookup "v1" "Secret" .Release.Namespace .Values.secret.name }}
{{- $url := dig "data" "database-url" "" . | b64dec }}
{{- $throughPooler := regexMatch "^[^:]+://([^/@]*@)?[^/@:?]*-pooler[^/@:?]*(:[0-9]+)?([/?]|$)" $url }}
{{- if and $throughPooler (not (dig "data" "database-direct-url" "" .)) }}
{{- fail (printf "database-url in Secret %s leads through a transaction pooler (-pooler), where migrations can't hold their lock: add database-direct-url, the same address without -pooler" .metadata.name) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The environment of the server and of the migrations before it. */}}
{{- define "backend.env" -}}
{{- $secret := .Values.secret.name }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: database-url }
- name: DATABASE_DIRECT_URL
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: database-direct-url, optional: true }
- name: BETTER_AUTH_SECRET
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: auth-secret }
- name: BETTER_AUTH_URL
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: auth-url }
- name: OPENAI_API_KEY
  valueFrom:
    secretKeyRef: { name: {{ $secret }}, key: openai-api-key, optional: true }
{{- with .Values.openai.baseUrl }}
- name: OPENAI_BASE_URL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.openai.model }}
- name: OPENAI_MODEL
  value: {{ . | quote }}
{{- end }}
- name: ANSWER_MAX_BYTES
  value: {{ int64 .Values.answer.maxBytes | quote }}
- name: ANSWER_MAX_TOKENS
  value: {{ int64 .Values.answer.maxTokens | quote }}
- name: ANSWER_MAX_CHUNKS
  value: {{ int64 .Values.answer.maxChunks | quote }}
- name: ASSISTANT
  value: {{ ternary "on" "off" .Values.assistant.enabled | quote }}
- name: DAILY_USER_TOKENS
  value: {{ int64 .Values.assistant.dailyUserTokens | quote }}
- name: DAILY_TOKENS
  value: {{ int64 .Values.assistant.dailyTokens | quote }}
{{- with .Values.logLevel }}
- name: LOG_LEVEL
  value: {{ . | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}
