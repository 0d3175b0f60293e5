import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { claimRuns, renewLeases } from "../src/db/queries/runs.ts";
import { append } from "../src/domain/end-run.ts";
import { readAnswer, signUp, sql, type TestServer } from "./_harness.ts";
import { slowText } from "./_models.ts";
import { begun, never, runRow, serve } from "./_runs.ts";

describe("leases", () => {
  /** Two answers that one owner, which never renews by itself, works on. */
  async function twoRuns() {
    const server = await serve(slowText(["One ", "two."], never));
    const ann = await signUp(server);
    const ids = [await ann.conversation(), await ann.conversation()];
    for (const id of ids) await readAnswer(await ann.send(id, "count"), begun);
    await server.deps.worker.close();
    const runs = await claimRuns(server.deps.db, "me", 10);
    await sql(server.databaseUrl, `update runs set "leaseUntil" = now() - interval '1 s'`);
    return { server, ann, runs };
  }

  async function isRenewed({ databaseUrl }: TestServer, id: string): Promise<boolean | undefined> {
    const [row] = await sql<{ renewed: boolean }>(
      databaseUrl,
      `select "leaseUntil" > now() as renewed from runs where id = $1`,
      [id],
    );
    return row?.renewed;
  }

  it("are renewed while somebody works on one of the runs for long, and that one is not lost", async () => {
    const { server, runs } = await twoRuns();
    const [busy, other] = runs;
    if (!busy || !other) throw new Error("two runs were claimed");
    const lock = new pg.Client({ connectionString: server.databaseUrl });
    await lock.connect();
    onTestFinished(() => lock.end());
    await lock.query("begin");
    await lock.query(`update runs set "chunkSeq" = "chunkSeq" where id = $1`, [busy.id]);
    // A renewal that waited would never come back.
    const held = await renewLeases(server.deps.db, "me", [busy.id, other.id]);
    expect(held.map(({ id, attempt }) => `${id} ${attempt}`).sort()).toEqual(
      runs.map(({ id, attempt }) => `${id} ${attempt}`).sort(),
    );
    expect(await isRenewed(server, other.id)).toBe(true);
    expect(await isRenewed(server, busy.id)).toBe(false);
    await lock.query("rollback");
    expect(await renewLeases(server.deps.db, "somebody else", [busy.id, other.id])).toEqual([]);
    await renewLeases(server.deps.db, "me", [busy.id]);
    expect(await isRenewed(server, busy.id)).toBe(true);
  });

  it("are renewed by whatever their owner writes", async () => {
    const { server, ann, runs } = await twoRuns();
    const [mine] = runs;
    if (!mine) throw new Error("two runs were claimed");
    await server.deps.asUser(ann.userId, (ctx) => append(ctx, mine, []));
    expect(await isRenewed(server, mine.id)).toBe(true);
    expect(await runRow(server, mine.conversationId)).toMatchObject({ leaseOwner: "me", crashes: 0 });
  });
});
