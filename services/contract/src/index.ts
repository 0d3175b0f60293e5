export * from "./conversations.ts";
export * from "./errors.ts";
export * from "./limits.ts";
export * from "./message.ts";
export * from "./tasks.ts";
export * from "./text.ts";
export * from "./tools.ts";
