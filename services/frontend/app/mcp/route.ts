import { pipeToBackend } from "../../lib/server/pipe.ts";

export const dynamic = "force-dynamic";

export { pipeToBackend as DELETE, pipeToBackend as GET, pipeToBackend as POST };
