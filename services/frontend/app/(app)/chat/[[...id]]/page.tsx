import { notFound } from "next/navigation";
import { Unavailable } from "../../../../components/ui/unavailable.tsx";
import { Workspace } from "../../../../components/workspace/workspace.tsx";
import { requireUser } from "../../../../lib/server/require-user.ts";

type Props = { params: Promise<{ id?: string[] }> };

/** `/chat` and `/chat/<id>`: one page, so that a new conversation gets its address while its first answer arrives. */
export default async function ChatPage({ params }: Props) {
  const { id = [] } = await params;
  if (id.length > 1) notFound();
  const user = await requireUser();
  return user === null ? <Unavailable /> : <Workspace user={user} />;
}
