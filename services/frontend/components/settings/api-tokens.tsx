"use client";

import type { ApiToken, MadeApiToken } from "@todo/contract";
import { useCallback, useEffect, useState } from "react";
import { messageOf } from "../../lib/api/api-error.ts";
import { listTokens, revokeToken } from "../../lib/api/tokens.ts";
import { formatMoment } from "../../lib/dates.ts";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { CopyField } from "../ui/copy-field.tsx";
import styles from "./settings.module.css";
import { scopes, TokenForm } from "./token-form.tsx";

/** The keys by which programs work with the list: made, shown once, and revoked here. */
export function ApiTokens() {
  const [tokens, setTokens] = useState<ApiToken[] | null>(null);
  const [made, setMade] = useState<MadeApiToken | null>(null);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [origin, setOrigin] = useState("");

  const load = useCallback(async (): Promise<void> => {
    try {
      setTokens(await listTokens());
      setProblem(null);
    } catch (error) {
      setProblem(messageOf(error));
    }
  }, []);

  useEffect(() => void load(), [load]);
  // Only the browser knows the address by which it came.
  useEffect(() => setOrigin(location.origin), []);

  async function revoke({ id }: ApiToken): Promise<void> {
    setRevoking(null);
    try {
      await revokeToken(id);
      if (made?.id === id) setMade(null);
      await load();
    } catch (error) {
      setProblem(messageOf(error));
    }
  }

  return (
    <div className={styles.tokens}>
      <p className={styles.muted}>With a token, programs and other assistants work with your tasks.</p>
      <CopyField label="MCP address" value={`${origin}/mcp`} />
      <div role="alert">{problem !== null && <p className={styles.error}>{problem}</p>}</div>
      {tokens === null && problem === null && <p className={styles.muted}>Loading…</p>}
      {tokens?.length === 0 && <p className={styles.muted}>There are no tokens yet.</p>}
      <ul aria-label="Tokens" className={styles.sessions}>
        {tokens?.map((token) => (
          <li key={token.id} className={`${styles.row} ${styles.session}`}>
            <div className={styles.who}>
              <strong>{token.name}</strong>
              <span className={styles.muted}>
                {scopes[token.scope]}, made {formatMoment(token.createdAt)},{" "}
                {token.lastUsedAt === null ? "never used" : `last used ${formatMoment(token.lastUsedAt)}`}
              </span>
            </div>
            <Button variant="plain" small aria-label={`Revoke ${token.name}`} onClick={() => setRevoking(token)}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
      <div role="status">
        {made !== null && (
          <div className={styles.made}>
            <p>
              <strong>{made.name}</strong> is made. Copy the token now: it is not shown again.
            </p>
            <CopyField key={made.id} label="Token" value={made.token} />
          </div>
        )}
      </div>
      <TokenForm
        onMade={(token) => {
          setMade(token);
          void load();
        }}
      />
      {revoking !== null && (
        <ConfirmDialog
          title={`Revoke ${revoking.name}?`}
          text="The programs that use it can do nothing more, and what they still ask you for is dropped."
          confirm="Revoke token"
          onConfirm={() => void revoke(revoking)}
          onCancel={() => setRevoking(null)}
        />
      )}
    </div>
  );
}
