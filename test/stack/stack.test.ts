import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { minikube } from "../support/stack/cluster.ts";
import { LONG, MINUTE, makeCopy, removeCopy } from "../support/stack/world.ts";
import { whyMinikubeFails } from "./_needs.ts";
import { changes } from "./changes.ts";
import { data } from "./data.ts";
import { drift } from "./drift.ts";
import { endings } from "./endings.ts";
import { faults } from "./faults.ts";
import { fromNothing } from "./from-nothing.ts";
import { policies } from "./policies.ts";
import { size } from "./size.ts";

let why: string | undefined;

// One Minikube and one stack for all, in this order: a cluster costs minutes.
beforeAll(async () => {
  why = await whyMinikubeFails();
  if (why === undefined) makeCopy();
}, LONG);
beforeEach(({ skip }) => skip(why !== undefined, why));
afterAll(async () => {
  if (why === undefined) await minikube("delete");
  removeCopy();
}, 5 * MINUTE);

describe("from nothing", fromNothing);
describe("what changes", changes);
describe("the data", data);
describe("the policies", policies);
describe("what others change", drift);
describe("what goes wrong", faults);
describe("how much it takes", size);
describe("how it ends", endings);
