import { createStore } from "./store.ts";

export type Toast = { id: number; message: string; undo?: () => Promise<unknown> };

/** The message at the foot of the page; a newer one takes the place of an older one. */
export const toasts = createStore<{ current: Toast | null }>({ current: null });

let count = 0;

export function showToast(message: string, undo?: () => Promise<unknown>): void {
  count += 1;
  toasts.set({ current: undo === undefined ? { id: count, message } : { id: count, message, undo } });
}

export function dismissToast(id: number): void {
  if (toasts.get().current?.id === id) toasts.set({ current: null });
}
