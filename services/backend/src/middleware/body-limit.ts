import { limits } from "@todo/contract";
import { bodyLimit as honoBodyLimit } from "hono/body-limit";
import { AppError } from "../domain/app-error.ts";

/** Refuses bodies over 64 kB, announced or not. */
export function bodyLimit() {
  return honoBodyLimit({
    maxSize: limits.bodyBytes,
    onError: () => {
      throw new AppError("body_too_large", `A body may have ${limits.bodyBytes / 1024} kB at most.`);
    },
  });
}
