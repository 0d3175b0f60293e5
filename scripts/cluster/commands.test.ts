import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { freePort } from "../local/ports.mjs";
import { ANY_PORTS, GOOD, machine } from "./_fakes.ts";

const BUILD = "urn:pulumi:dev::todo::docker:index/image:Image::backend";
const FAILING_BUILD = `
  if (args[0] === "version") say("v3.270.0");
  if (args[0] === "config") say("{}");
  if (args[0] === "up") {
    for (let i = 1; i <= 100; i++) log({ diagnosticEvent: { urn: "${BUILD}", message: "line " + i, severity: "info", ephemeral: true } });
    log({ resOpFailedEvent: { metadata: { op: "create", type: "docker:index/image:Image", urn: "${BUILD}" } } });
    complain("error: update failed", 255);
  }`;

const updates = (calls: string[]) =>
  calls.filter((call) => /^(minikube (start|delete)|pulumi (up|destroy|cancel|stack (select|rm)))/.test(call));

describe("up", () => {
  it("makes a Minikube, deploys, and says where it is", async () => {
    const { start, calls } = machine(GOOD);
    const { code, output } = await start("up").ended;
    expect(output).toContain("npm run down");
    expect(updates(calls())).toEqual([
      "minikube start -p minikube --driver=docker --container-runtime=docker --cpus=2 --memory=3g " +
        `--ports=${ANY_PORTS}`,
      expect.stringMatching(/^pulumi up --yes --skip-preview --stack dev --event-log /),
    ]);
    expect(code).toBe(0);
  });

  it.each([
    [
      "where people open it",
      { frontendUrl: "https://todo.example.com", backendUrl: "http://localhost:1" },
      ["Open      https://todo.example.com\n", "API       http://localhost:1/docs\n"],
    ],
    [
      "what must run first",
      { next: { reach: "kubectl port-forward x &", open: "http://localhost:30000 in a browser, while" } },
      ["Reach     kubectl port-forward x &\n", "Open      http://localhost:30000 in a browser, while\n"],
    ],
    [
      "how to read a secret address",
      { frontendUrl: "[secret]", next: { open: "[secret]" } },
      ["Open      pulumi stack output frontendUrl --show-secrets --stack team tells\n"],
    ],
  ])("says %s, and the commands of the stack", async (_, outputs, said) => {
    const event = { resOutputsEvent: { metadata: { type: "pulumi:pulumi:Stack", new: { outputs } } } };
    const pulumi = `${GOOD["pulumi"]?.replace(/if \(args\[0\] === "up"\).*/, "")}
      if (args[0] === "up") log(${JSON.stringify(event)});`;
    const { code, output } = await machine({ ...GOOD, pulumi }).start("up", ["team"]).ended;
    for (const line of [...said, "Remove    npm run down -- team\n"]) expect(output).toContain(line);
    expect(code).toBe(0);
  });

  it("makes the stack when there is none, and no Minikube for one that lies elsewhere", async () => {
    const missing = `
      const made = fs.existsSync(process.env.FOLDER + "/stack");
      if (args[0] === "config" && !made) complain("error: no stack named 'prod' found", 255);
      if (args[0] === "stack") fs.writeFileSync(process.env.FOLDER + "/stack", "");
      ${GOOD["pulumi"]}`;
    const { folder, start, calls } = machine({ ...GOOD, pulumi: missing });
    writeFileSync(path.join(folder, "config"), '{"todo:imageRegistry":{"value":"ghcr.io/me"}}');
    const { code } = await start("up", ["prod"]).ended;
    expect(updates(calls())).toEqual([
      "pulumi stack select prod --create --non-interactive --color=never",
      expect.stringMatching(/^pulumi up .*--stack prod/),
    ]);
    expect(code).toBe(0);
  });

  it("says at once all that is missing, before anything is begun", async () => {
    const { start, calls } = machine({ docker: `complain("Cannot connect to the Docker daemon", 1)` });
    const { code, output } = await start("up").ended;
    expect(output).toMatch(/^Error: Docker: its daemon does not answer; .*\n +Pulumi: no pulumi on PATH; install/);
    expect(updates(calls())).toEqual([]);
    expect(code).toBe(1);
  });

  it("shows Minikube's words when it does not start, and goes no further", async () => {
    const failing = `if (args[0] === "start") complain("❌  Exiting due to NO_ROOM: none", 30);\n${GOOD["minikube"]}`;
    const { start, calls } = machine({ ...GOOD, minikube: failing });
    const { code, output } = await start("up").ended;
    expect(output).toMatch(/❌ {2}Exiting due to NO_ROOM: none\nError: minikube start .* failed.* is removed/);
    expect(updates(calls())).toEqual([expect.stringMatching(/^minikube start/), "minikube delete -p minikube"]);
    expect(code).toBe(1);
  });

  it("removes a Minikube that was begun and never finished, and makes it anew", async () => {
    const begun = `if (args[0] === "status" && !fs.existsSync(process.env.FOLDER + "/started")) halfMade();\n${GOOD["minikube"]}`;
    const { start, calls } = machine({ ...GOOD, minikube: begun });
    const { code } = await start("up").ended;
    expect(updates(calls())).toEqual([
      "minikube delete -p minikube",
      expect.stringMatching(/^minikube start -p minikube --driver=docker/),
      expect.stringMatching(/^pulumi up/),
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ["is not there", ""],
    ["was begun and never finished", `if (args[0] === "status") halfMade();`],
    ["stands still", `if (args[0] === "status") { profile(PROFILE); say('{"Host":"Stopped"}'); process.exit(7); }`],
  ])("names a taken port and what helps before it starts a Minikube that %s", async (what, status) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.close();
    });
    const taken = Object(server.address()).port;
    const ports = `127.0.0.1:${taken}:30000`;
    const minikube = `const PROFILE = '{"ExposedPorts":["${ports}"]}';\n${status}\n${GOOD["minikube"]}`;
    const { start, calls } = machine({ ...GOOD, minikube });
    const { code, output } = await start("up", [], { MINIKUBE_PORTS: ports }).ended;
    const cure =
      what === "stands still"
        ? "minikube delete -p minikube"
        : "MINIKUBE_PORTS=127.0.0.1:31000:30000,127.0.0.1:31001:30001 npm run up";
    expect(output).toContain(`Error: Port ${taken}: in use; end the program that has it, or `);
    expect(output).toContain(cure);
    expect(updates(calls())).toEqual([]);
    expect(code).toBe(1);
  });

  it("shows the last lines of a build that failed", async () => {
    const { start } = machine({ ...GOOD, pulumi: FAILING_BUILD });
    const { code, output } = await start("up").ended;
    expect(output).toMatch(
      /The image backend could not be built[\s\S]*\nline 61\n[\s\S]*line 100\nError: pulumi up failed/,
    );
    expect(output).not.toContain("line 60\n");
    expect(code).toBe(1);
  });

  it("takes away the lock of one that was killed", async () => {
    const locked = `
      if (args[0] === "cancel") fs.writeFileSync(process.env.FOLDER + "/free", "");
      if (args[0] === "up" && !fs.existsSync(process.env.FOLDER + "/free"))
        complain("error: the stack is currently locked by 1 lock(s).\\n  x: created by me@" + require("node:os").hostname() + " (pid 4194304) at x", 255);
      ${GOOD["pulumi"]}`;
    const { start, calls } = machine({ ...GOOD, pulumi: locked });
    const { code } = await start("up").ended;
    expect(updates(calls()).map((call) => call.split(" ", 2).join(" "))).toEqual([
      "minikube start",
      "pulumi up",
      "pulumi cancel",
      "pulumi up",
    ]);
    expect(code).toBe(0);
  });

  it("gives Pulumi one Ctrl-C and waits for its end", async () => {
    const slow = `
      process.on("SIGINT", () => { say("ending in order"); setTimeout(() => process.exit(1), 300); });
      if (args[0] === "up") { say("working"); setInterval(() => {}, 1000); } else { ${GOOD["pulumi"]} }`;
    const { start } = machine({ ...GOOD, pulumi: slow });
    const up = start("up");
    await vi.waitFor(() => expect(up.output()).toContain("working"), { timeout: 20_000 });
    // A terminal, npm and the first stage each pass it on.
    up.child.kill("SIGINT");
    up.child.kill("SIGTERM");
    const { code, output } = await up.ended;
    expect(output.match(/ending in order/g)).toHaveLength(1);
    expect(output).toMatch(/Stopped\..* the next npm run up goes on/);
    expect(code).toBe(130);
  });
});

describe("down", () => {
  it("starts a Minikube that stands still, and removes all", async () => {
    const stopped = `
      if (args[0] === "status") profile("{}");
      if (args[0] === "status" && !running()) { say('{"Host":"Stopped"}'); process.exit(7); }
      function running() { return fs.existsSync(process.env.FOLDER + "/started"); }
      { ${GOOD["minikube"]} }`;
    const { start, calls } = machine({ ...GOOD, minikube: stopped });
    const { code } = await start("down").ended;
    expect(updates(calls())).toEqual([
      "minikube start -p minikube",
      expect.stringMatching(/^pulumi destroy --yes --skip-preview --stack dev/),
    ]);
    expect(code).toBe(0);
  });

  it.each([
    [
      "keeps the data that it was deployed to keep",
      "true",
      '{"keepData":true}',
      /The data are kept in the namespace todo/,
      0,
    ],
    [
      "removes nothing when it was told to keep the data since",
      "true",
      '{"keepData":false}',
      /run that first to keep/,
      1,
    ],
    ["removes nothing of what an earlier version deployed, then", "true", "{}", /run that first to keep/, 1],
    ["has nothing to keep where nothing was deployed", "true", "", /All is removed/, 0],
    ["removes all where nobody wants to keep it", "false", '{"keepData":false}', /All is removed/, 0],
  ])("%s", async (_, keepData, deployed, said, expected) => {
    const pulumi = `if (args[1] === "output") say('${deployed}'.trim());\n${GOOD["pulumi"]}`;
    const { folder, start, calls } = machine({ ...GOOD, pulumi });
    writeFileSync(
      path.join(folder, "config"),
      `{"todo:imageRegistry":{"value":"r.io"},"todo:keepData":{"value":"${keepData}"}}`,
    );
    const { code, output } = await start("down").ended;
    expect(output).toMatch(said);
    expect(updates(calls())).toHaveLength(expected === 0 ? 1 : 0);
    expect(code).toBe(expected);
  });

  it("forgets what went with a Minikube that is gone", async () => {
    const { start, calls } = machine(GOOD);
    const { code, output } = await start("down").ended;
    expect(updates(calls())).toEqual([expect.stringMatching(/^pulumi stack rm dev --force --yes --preserve-config/)]);
    expect(output).toContain("no Minikube of the name minikube");
    expect(code).toBe(0);
  });
});

describe("doctor", () => {
  it("finds all that is needed, and changes nothing", async () => {
    const { start, calls } = machine(GOOD);
    const ports = `${await freePort()}:30000,${await freePort()}:30001`;
    const { code, output } = await start("doctor", [], { MINIKUBE_PORTS: ports }).ended;
    expect(output).toMatch(/✓ Docker +26\.1\.5\n/);
    expect(output).toContain("✓ Minikube's minikube   not there yet; npm run up makes it");
    expect(updates(calls())).toEqual([]);
    expect(code).toBe(0);
  });

  it("names what is missing with its cure", async () => {
    const { start } = machine({});
    const { code, output } = await start("doctor").ended;
    for (const name of ["Docker", "Minikube", "Pulumi"]) {
      expect(output).toMatch(new RegExp(`✗ ${name} +no ${name.toLowerCase()} on PATH\\n +→ install it: https://`));
    }
    expect(output).toMatch(/– kubectl/);
    expect(code).toBe(1);
  });
});
