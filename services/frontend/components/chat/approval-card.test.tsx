// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { task } from "../../lib/_task.ts";
import { show } from "../_page.tsx";
import { ApprovalCard } from "./approval-card.tsx";

const tasks = [task({ id: "m", number: 1, title: "Buy milk" }), task({ id: "b", number: 2, title: "Buy bread" })];
const descriptor = { action: "delete_tasks", tasks } as const;
const card = () => screen.getByRole("group");
const approve = () => screen.getByRole<HTMLButtonElement>("button", { name: /^Approve/ });
const reject = () => screen.getByRole<HTMLButtonElement>("button", { name: "Reject" });

function open(onDecide = vi.fn(async () => {})) {
  const shown = show(<ApprovalCard descriptor={{ ...descriptor, tasks }} approved={null} isOpen onDecide={onDecide} />);
  return { onDecide, ...shown };
}

test("names how many tasks and exactly which", () => {
  open();
  expect(screen.getByRole("group", { name: "Delete 2 tasks?" })).toBeDefined();
  const items = within(screen.getByRole("list", { name: "Tasks to be deleted" })).getAllByRole("listitem");
  expect(items.map((item) => item.textContent)).toEqual(["#1Buy milk", "#2Buy bread"]);
  expect(approve().textContent).toBe("Approve: delete 2 tasks");
});

test("one task is told as one", () => {
  const one = { ...descriptor, tasks: tasks.slice(1) };
  show(<ApprovalCard descriptor={one} approved={null} isOpen onDecide={async () => {}} />);
  expect(approve().textContent).toBe("Approve: delete 1 task");
});

test("what is to be changed is shown as it is and as it would be", () => {
  const [milk] = tasks;
  if (!milk) throw new Error("a task");
  const wish = { action: "update_tasks", tasks: [milk], after: [{ ...milk, title: "Buy oats", tags: ["shop"] }] };
  show(<ApprovalCard descriptor={wish} approved={null} isOpen onDecide={async () => {}} />);
  expect(screen.getByRole("group", { name: "Change 1 task?" })).toBeDefined();
  const [item] = within(screen.getByRole("list", { name: "Tasks to be changed" })).getAllByRole("listitem");
  expect(item?.textContent).toBe("#1Buy milktitle: Buy milk → Buy oatstags: none → #shop");
  expect(approve().textContent).toBe("Approve: change 1 task");
});

test("of very many it says how many there are besides those that it lists", () => {
  show(
    <ApprovalCard
      descriptor={{ ...descriptor, tasks, more: 9_998 }}
      approved={null}
      isOpen
      onDecide={async () => {}}
    />,
  );
  expect(screen.getByRole("group", { name: "Delete 10,000 tasks?" })).toBeDefined();
  expect(screen.getByText("And 9,998 more")).toBeDefined();
});

test("a decision is made once, and the focus stays at the card", async () => {
  const decided = Promise.withResolvers<void>();
  const { user, onDecide } = open(vi.fn(() => decided.promise));
  await user.click(approve());
  expect(onDecide).toHaveBeenCalledExactlyOnceWith("approve");
  expect(approve().disabled).toBe(true);
  expect(reject().disabled).toBe(true);
  expect(document.activeElement).toBe(card());
  decided.resolve();
  await waitFor(() => expect(approve().disabled).toBe(false));
});

test("reject is told as such", async () => {
  const { user, onDecide } = open();
  await user.click(reject());
  expect(onDecide).toHaveBeenCalledExactlyOnceWith("reject");
});

test.each([
  [true, "You approved this."],
  [false, "You rejected this. Nothing was deleted."],
  [null, "No decision needed now."],
])("decided %s: the card says so and asks no more", (approved, text) => {
  show(
    <ApprovalCard descriptor={{ ...descriptor, tasks }} approved={approved} isOpen={false} onDecide={async () => {}} />,
  );
  expect(screen.getByText(text)).toBeDefined();
  expect(screen.queryByRole("button")).toBeNull();
});
