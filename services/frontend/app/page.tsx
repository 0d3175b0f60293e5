import { redirect } from "next/navigation";
import { checkSession } from "../lib/server/session.ts";

export default async function HomePage() {
  const { state } = await checkSession();
  redirect(state === "signed-out" ? "/sign-in" : "/chat");
}
