/** Where to go after signing in: a page of ours, whatever the address says. */
export function safeNextPath(next: string | string[] | undefined): string {
  return typeof next === "string" && /^\/(chat|settings)(\/[\w-]*)?$/.test(next) ? next : "/chat";
}
