import { createStore } from "./store.ts";

export type ToastAction = { label: string; run: () => Promise<void> };
/** `stays`: until it is answered or dismissed. */
export type Toast = { id: number; message: string; action?: ToastAction | undefined; stays: boolean };

/** The message at the foot of the page; a newer one takes the place of an older one. */
export const toasts = createStore<{ current: Toast | null }>({ current: null });

let count = 0;

export function showToast(message: string, action?: ToastAction, { stays = false } = {}): void {
  count += 1;
  toasts.set({ current: { id: count, message, action, stays } });
}

export function dismissToast(id: number): void {
  if (toasts.get().current?.id === id) toasts.set({ current: null });
}
