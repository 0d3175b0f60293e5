import { readFileSync } from "node:fs";
import { errorCode } from "../local/user-error.mjs";

/**
 * @typedef {object} EngineEvent the fields that are read here
 * @property {{ urn?: string, message?: string, severity?: string, ephemeral?: boolean }} [diagnosticEvent]
 * @property {{ metadata: { op: string, type: string, urn: string, new?: { outputs?: Record<string, unknown> } } }} [resOutputsEvent]
 * @property {{ metadata: { op: string, type: string, urn: string } }} [resOpFailedEvent]
 */

const IMAGE = "docker:index/image:Image";
const STACK = "pulumi:pulumi:Stack";
const DIGEST = /^digest: sha256:[0-9a-f]{64}$/;
const TITLE = /^\[[^\]]+\] /;
/** Pulumi's own marks for colours in messages. */
const COLOURS = /<\{%[^%]*%\}>/g;

/**
 * What happened in an update, as Pulumi logged it. A last line that was cut off is left out.
 * @param {string} file
 * @returns {EngineEvent[]} none when the update did not begin
 */
export function readEvents(file) {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") {
      throw error;
    }
  }
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/**
 * What the builder said of each image that could not be built. Pulumi shows these lines while they come and forgets
 * them then; the reason stands in them.
 * @param {EngineEvent[]} events
 * @returns {{ name: string, lines: string[] }[]}
 */
export function failedBuilds(events) {
  const failed = events.flatMap(({ resOpFailedEvent }) => {
    const { type, urn } = resOpFailedEvent?.metadata ?? { type: "", urn: "" };
    return type === IMAGE ? [urn] : [];
  });
  return failed.map((urn) => ({
    name: urn.split("::").at(-1) ?? urn,
    lines: readable(
      events.flatMap(({ diagnosticEvent }) =>
        diagnosticEvent?.urn === urn && diagnosticEvent.severity !== "debug"
          ? messageLines(diagnosticEvent.message)
          : [],
      ),
    ),
  }));
}

/**
 * The builder repeats each step's title whenever something of it changes, and its digest with it.
 * @param {string[]} lines
 */
function readable(lines) {
  const titles = new Set();
  return lines.filter((line) => {
    const again = DIGEST.test(line) || titles.has(line);
    if (TITLE.test(line)) {
      titles.add(line);
    }
    return !again;
  });
}

/**
 * The stack's outputs at the end of an update; secret ones are left out.
 * @param {EngineEvent[]} events
 * @returns {Record<string, unknown> | undefined} undefined when the update did not come that far
 */
export function stackOutputs(events) {
  const last = events.findLast(({ resOutputsEvent }) => resOutputsEvent?.metadata.type === STACK);
  const outputs = last?.resOutputsEvent?.metadata.new?.outputs;
  return (
    outputs &&
    Object.fromEntries(Object.entries(outputs).filter(([, value]) => !JSON.stringify(value).includes("[secret]")))
  );
}

/** @param {string} [message] */
function messageLines(message = "") {
  return message.replaceAll(COLOURS, "").trimEnd().split("\n");
}
