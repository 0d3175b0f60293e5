import { expect, it, vi } from "vitest";
import { GOOD, machine } from "./_fakes.ts";

const pods = (...ids: string[]) =>
  JSON.stringify({
    items: ids.map((id) => ({
      metadata: { name: `backend-${id}` },
      status: { containerStatuses: [{ name: "backend", containerID: id }] },
    })),
  });

it("follows the pods that are there, and those that come", async () => {
  const kubectl = `
      if (args.includes("get")) {
        const later = fs.existsSync(process.env.FOLDER + "/later");
        fs.writeFileSync(process.env.FOLDER + "/later", "");
        say(later ? '${pods("a", "b")}' : '${pods("a")}');
      }
      if (args.includes("logs")) { say("log of " + args.at(-3)); setInterval(() => {}, 1000); }`;
  const { start, calls } = machine({ ...GOOD, kubectl });
  const logs = start("logs", ["--backend"]);
  await vi.waitFor(() => expect(logs.output()).toContain("log of backend-b"), { timeout: 20_000 });
  logs.child.kill("SIGINT");
  const { code, output } = await logs.ended;
  expect(output.match(/log of backend-a/g)).toHaveLength(1);
  const asked = calls().find((call) => call.includes(" get pods "));
  expect(asked).toBe("kubectl --context minikube -n todo get pods -l app.kubernetes.io/name in (backend) -o json");
  expect(code).toBe(0);
});

it.each([
  ["is stopped", `if (args[0] === "status") { profile("{}"); say('{"Host":"Stopped"}'); process.exit(7); }`],
  ["was never finished", `if (args[0] === "status") halfMade();`],
  ["is not there", ""],
])("says that the Minikube %s, and what starts it", async (what, status) => {
  const kubectl = `if (args.includes("get")) complain('error: context "minikube" does not exist', 1);`;
  const { start, calls } = machine({ ...GOOD, kubectl, minikube: `${status}\n${GOOD["minikube"]}` });
  const { code, output } = await start("logs", ["team"]).ended;
  expect(output).toMatch(
    new RegExp(`^Error: Minikube's profile minikube ${what}, .*: npm run up -- team starts it\n$`),
  );
  expect(calls().filter((call) => /^(minikube start|pulumi up)/.test(call))).toEqual([]);
  expect(code).toBe(1);
});

it("repeats kubectl's own words where Minikube runs all the same", async () => {
  const minikube = `if (args[0] === "status") { profile("{}"); say('{"Host":"Running","Kubelet":"Running","APIServer":"Running"}'); }`;
  const kubectl = `if (args.includes("get")) complain("error: You must be logged in", 1);`;
  const { code, output } = await machine({ ...GOOD, kubectl, minikube }).start("logs").ended;
  expect(output).toBe("Error: the cluster does not answer: error: You must be logged in\n");
  expect(code).toBe(1);
});

it("knows its parts", async () => {
  const { code, output } = await machine(GOOD).start("logs", ["--database"]).ended;
  expect(output).toMatch(/^Error: there is no part database: name some of --frontend, --backend, --postgres\n/);
  expect(code).toBe(1);
});
