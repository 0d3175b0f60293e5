// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { show } from "../components/_page.tsx";
import { useStickyScroll } from "./use-sticky-scroll.ts";

const rowHeight = 100;
const windowHeight = 300;
let height = 0;

function Log({ ids }: { ids: string[] }) {
  const { ref, onScroll, isAtEnd, toEnd } = useStickyScroll(ids.map((id) => ({ id })));
  return (
    <>
      <div ref={ref} role="log" onScroll={onScroll} tabIndex={-1} />
      {!isAtEnd && (
        <button type="button" onClick={toEnd}>
          To the end
        </button>
      )}
    </>
  );
}

const log = () => screen.getByRole("log");
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`);

beforeEach(() => {
  vi.restoreAllMocks();
  // No layout here: every row is as high as the next, and the log shows three.
  vi.spyOn(HTMLElement.prototype, "scrollHeight", "get").mockImplementation(() => height);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(windowHeight);
});

function open(from: number, to: number) {
  height = (to - from + 1) * rowHeight;
  const { user, rerender } = show(<Log ids={ids(from, to)} />);
  return {
    user,
    shows: (first: number, last: number) => {
      height = (last - first + 1) * rowHeight;
      rerender(<Log ids={ids(first, last)} />);
    },
  };
}

async function scrollTo(top: number) {
  const { fireEvent } = await import("@testing-library/react");
  log().scrollTop = top;
  fireEvent.scroll(log());
}

test("stays at the end while one reads there", () => {
  const { shows } = open(1, 10);
  expect(log().scrollTop).toBe(1_000);
  shows(1, 12);
  expect(log().scrollTop).toBe(1_200);
  expect(screen.queryByRole("button")).toBeNull();
});

test("stays where one reads further up, and leads to the end", async () => {
  const { user, shows } = open(1, 10);
  await scrollTo(200);
  shows(1, 12);
  expect(log().scrollTop).toBe(200);
  const scrolled = vi.spyOn(HTMLElement.prototype, "scrollTo").mockImplementation(() => {});
  await user.click(screen.getByRole("button", { name: "To the end" }));
  expect(scrolled).toHaveBeenCalledWith({ top: 1_200, behavior: "smooth" });
  expect(document.activeElement).toBe(log());
});

test("near the end is at the end", async () => {
  const { shows } = open(1, 10);
  await scrollTo(1_000 - windowHeight - 79);
  expect(screen.queryByRole("button")).toBeNull();
  shows(1, 11);
  expect(log().scrollTop).toBe(1_100);
  await scrollTo(1_100 - windowHeight - 80);
  expect(screen.getByRole("button")).toBeDefined();
});

test("stays at the same row when earlier ones come in above", async () => {
  const { shows } = open(11, 20);
  await scrollTo(50);
  shows(6, 20);
  expect(log().scrollTop).toBe(550);
  shows(1, 20);
  expect(log().scrollTop).toBe(1_050);
});

test("the first rows are no earlier ones", () => {
  height = 0;
  const { shows } = open(1, 0);
  shows(1, 10);
  expect(log().scrollTop).toBe(1_000);
});
