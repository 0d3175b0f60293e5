export const dynamic = "force-dynamic";

/** Whether this server answers. Says nothing about the backend, whose restart must not restart the frontend too. */
export function GET(): Response {
  return Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } });
}
