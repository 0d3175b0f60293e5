# Before each start: refuses the data of another major version, and gives the user the password of the Secret, so that
# the data can be opened with whatever Secret comes with them. Nobody can connect meanwhile.
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  for found in /var/lib/postgresql/*/PG_VERSION /var/lib/postgresql/*/docker/PG_VERSION; do
    [ -s "$found" ] || continue
    echo "The volume holds the data of PostgreSQL $(cat "$found"), which version $PG_MAJOR can't read: set image.tag back."
    echo "To move them, pg_dumpall with the old version and restore with the new one, on a new volume."
    exit 1
  done
  echo "No data yet: the server makes the database with the password of the Secret."
  exit 0
fi
password=$(cat /run/secrets/postgres/password)
quoted=$(printf %s "$password" | sed "s/'/''/g")
# An error ends it; its message must not repeat the statement. `template1` is there whatever others are called.
postgres --single -D "$PGDATA" -c exit_on_error=on -c log_min_error_statement=panic template1 >/dev/null <<END
ALTER ROLE "$POSTGRES_USER" PASSWORD '$quoted'
END
echo "The password of $POSTGRES_USER is that of the Secret."
