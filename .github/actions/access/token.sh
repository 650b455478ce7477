#!/bin/sh
# This run's identity as a token: bare, or in the form that kubectl and the Kubernetes clients ask of a plugin. Tokens last minutes,
# deployments may last longer: the clients call this again whenever they need one.
set -eu
answer=$(curl --fail --silent --show-error --retry 4 \
  --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  --get --data-urlencode "audience=$OIDC_AUDIENCE" "$ACTIONS_ID_TOKEN_REQUEST_URL")
token=$(printf %s "$answer" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).value')
echo "::add-mask::$token" >&2
if [ "${OIDC_FORM:-exec}" = token ]; then
  printf %s "$token"
else
  printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}\n' "$token"
fi
