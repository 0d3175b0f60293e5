import { readIfAny } from "../local/stamps.mjs";

type Metadata = { op: string; type: string; urn: string };

/** The fields of Pulumi's events that are read here. */
export type EngineEvent = {
  diagnosticEvent?: { urn?: string; message?: string; severity?: string; ephemeral?: boolean };
  resOutputsEvent?: { metadata: Metadata & { new?: { outputs?: Record<string, unknown> } } };
  resOpFailedEvent?: { metadata: Metadata };
};

const IMAGE = "docker:index/image:Image";
const STACK = "pulumi:pulumi:Stack";
const DIGEST = /^digest: sha256:[0-9a-f]{64}$/;
const TITLE = /^\[[^\]]+\] /;
/** Pulumi's own marks for colours in messages. */
const COLOURS = /<\{%[^%]*%\}>/g;

/**
 * What happened in an update, as Pulumi logged it, none when it did not begin. A last line that was cut off is left out.
 */
export function readEvents(file: string): EngineEvent[] {
  const lines = (readIfAny(file) ?? "").split("\n").slice(0, -1);
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/**
 * What the builder said of each image that could not be built. Pulumi shows these lines while they come and forgets
 * them then; the reason stands in them.
 */
export function failedBuilds(events: EngineEvent[]): { name: string; lines: string[] }[] {
  const failed = events.flatMap(({ resOpFailedEvent }) => resOpFailedEvent?.metadata ?? []);
  return failed
    .filter(({ type }) => type === IMAGE)
    .map(({ urn }) => {
      const said = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
      const ofIt = said.filter((event) => event.urn === urn && event.severity !== "debug");
      return { name: urn.split("::").at(-1) ?? urn, lines: readable(ofIt.flatMap(({ message }) => linesOf(message))) };
    });
}

/** The builder repeats each step's title whenever something of it changes, and its digest with it. */
function readable(lines: string[]): string[] {
  const titles = new Set<string>();
  return lines.filter((line) => {
    const again = DIGEST.test(line) || titles.has(line);
    if (TITLE.test(line)) titles.add(line);
    return !again;
  });
}

/** The stack's outputs at the end of an update without secret ones; `undefined` when it did not come that far. */
export function stackOutputs(events: EngineEvent[]): Record<string, unknown> | undefined {
  const last = events.findLast(({ resOutputsEvent }) => resOutputsEvent?.metadata.type === STACK);
  const outputs = last?.resOutputsEvent?.metadata.new?.outputs;
  const isPlain = ([, value]: [string, unknown]) => !JSON.stringify(value).includes("[secret]");
  return outputs && Object.fromEntries(Object.entries(outputs).filter(isPlain));
}

function linesOf(message = ""): string[] {
  return message.replaceAll(COLOURS, "").trimEnd().split("\n");
}
