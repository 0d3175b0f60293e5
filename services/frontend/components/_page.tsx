import { cleanup, configure, render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach } from "vitest";

// What has to appear may take its time on a busy machine.
configure({ asyncUtilTimeout: 4_000 });
Reflect.set(globalThis, "IS_REACT_ACT_ENVIRONMENT", true);

afterEach(() => {
  cleanup();
  sessionStorage.clear();
});

/** Test helper: puts a part of the page on the screen, and gives someone who uses it. */
export function show(part: ReactNode) {
  const user = userEvent.setup({ delay: null });
  return { user, ...render(part) };
}
