import { beforeEach } from "vitest";
import { needTool } from "../support/tools.ts";

// Nothing here works without helm.
beforeEach((test) => void needTool(test, "helm"));
