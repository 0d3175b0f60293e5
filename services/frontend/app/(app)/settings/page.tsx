import type { Metadata } from "next";
import { SettingsPage } from "../../../components/settings/settings-page.tsx";
import { Unavailable } from "../../../components/ui/unavailable.tsx";
import { requireUser } from "../../../lib/server/require-user.ts";

export const metadata: Metadata = { title: "Settings · Todo" };

export default async function Settings() {
  const user = await requireUser();
  return user === null ? <Unavailable /> : <SettingsPage user={user} />;
}
