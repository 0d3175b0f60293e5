"use client";

import { useCallback, useEffect, useState } from "react";
import { messageOf } from "../../lib/api/api-error.ts";
import {
  type DeviceSession,
  getSession,
  listSessions,
  revokeOtherSessions,
  revokeSession,
} from "../../lib/api/auth.ts";
import { formatMoment } from "../../lib/dates.ts";
import { describeDevice } from "../../lib/describe-device.ts";
import { Button } from "../ui/button.tsx";
import styles from "./settings.module.css";

/** The sessions of the account; each but this one can be ended from here. */
export function SessionList() {
  const [sessions, setSessions] = useState<DeviceSession[] | null>(null);
  const [currentToken, setCurrentToken] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const load = useCallback(async (): Promise<void> => {
    try {
      const [current, all] = await Promise.all([getSession(), listSessions()]);
      setCurrentToken(current?.session.token ?? null);
      setSessions(all.toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt)));
      setProblem(null);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }, []);

  useEffect(() => void load(), [load]);

  async function revoke(request: () => Promise<void>): Promise<void> {
    try {
      await request();
      await load();
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  return (
    <>
      <div role="alert">{problem !== null && <p className={styles.error}>{problem}</p>}</div>
      {sessions === null && problem === null && <p className={styles.muted}>Loading…</p>}
      <ul className={styles.sessions}>
        {sessions?.map((session) => {
          const device = describeDevice(session.userAgent);
          return (
            <li key={session.token} className={`${styles.row} ${styles.session}`}>
              <div className={styles.who}>
                <strong>{device}</strong>
                <span className={styles.muted}>
                  {session.ipAddress ? `${session.ipAddress}, ` : ""}since {formatMoment(session.createdAt)}
                </span>
              </div>
              {session.token === currentToken ? (
                <span className={styles.muted}>This device</span>
              ) : (
                <Button
                  variant="plain"
                  small
                  aria-label={`Sign out ${device}, since ${formatMoment(session.createdAt)}`}
                  onClick={() => void revoke(() => revokeSession(session.token))}
                >
                  Sign out
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {sessions !== null && sessions.length > 1 && (
        <Button variant="plain" small onClick={() => void revoke(revokeOtherSessions)}>
          Sign out all other devices
        </Button>
      )}
    </>
  );
}
