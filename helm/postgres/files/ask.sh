# Asks the database something with the password of the Secret, and makes sure that another one is refused.
pg_isready -q || { echo "FAILED: $PGHOST:$PGPORT takes no connections"; exit 1; }
echo "ok  $PGHOST:$PGPORT takes connections"

if ! answer=$(psql -XAtc 'select 1 + 1' 2>&1) || [ "$answer" != 2 ]; then
  echo "FAILED: expected 2 from 'select 1 + 1' as $PGUSER, got: $answer"
  echo "The password of the Secret is set when the pod starts: restart it after the Secret was changed."
  exit 1
fi
echo "ok  $PGUSER reaches the database $PGDATABASE with the password of the Secret"

if answer=$(PGPASSWORD=wrong psql -XAtc 'select 1' 2>&1); then
  echo "FAILED: expected a wrong password to be refused, got: $answer"
  exit 1
fi
echo "ok  a wrong password is refused"
