import { Agent, Runner, ToolCallError } from "@openai/agents";
import { limits } from "@todo/contract";
import type { Reservation } from "../domain/token-budget.ts";
import type { Answerer } from "../runs/answerer.ts";
import { RunFault } from "../runs/run-fault.ts";
import type { AnswerLimits } from "./answer-meter.ts";
import { type Planned, plan } from "./ask-approval.ts";
import { buildInput, INSTRUCTIONS } from "./instructions.ts";
import { JournaledModel } from "./journaled-model.ts";
import type { AssistantModel } from "./model.ts";
import { Spending } from "./spending.ts";
import { type ToolRun, tools } from "./tools.ts";

export type AnswererOptions = {
  model: AssistantModel;
  answerLimits: AnswerLimits;
  /** Sets tokens aside for a user's request, see `reserveTokens`; undefined when they need not be counted. */
  reserve: ((userId: string, amounts: readonly number[]) => Promise<Reservation | undefined>) | undefined;
  /** False: nobody is answered, and what was begun does not go on. */
  isOn: boolean;
  /** Told of what goes wrong without harm to an answer. */
  onError: (error: unknown) => void;
};

/** Answers with the Agents SDK's loop. No state of it is stored: after a crash or an approval the journal is played again. */
export function createAnswerer({ model, answerLimits, reserve, isOn, onError }: AnswererOptions): Answerer {
  return {
    // Imported when an error happens: it knows the client's errors, so it loads the client.
    classify: async (error) => (await import("./model-errors.ts")).classify(error),
    async answer({ run, log, question, journal, stepBegun }, signal) {
      if (!isOn) throw new RunFault("assistant_off", "The assistant is switched off.");
      if (stepBegun) log.push({ type: "reset-step" });
      const planned: Planned = new Map();
      const asked = { text: question.asked, now: run.createdAt, zone: run.timeZone, shown: question.context.shown };
      const journaled = new JournaledModel(await model.load(asked), {
        run,
        log,
        journal,
        stepBegun,
        answerLimits,
        spending: reserve && new Spending((amounts) => reserve(run.userId, amounts), answerLimits, onError),
        silenceMs: model.silenceMs,
        firstMs: model.firstMs ?? model.silenceMs,
        onTurn: (output) => plan(planned, output),
      });
      const agent = new Agent<ToolRun>({
        name: "Todo assistant",
        instructions: INSTRUCTIONS,
        model: journaled,
        tools: [...tools],
      });
      const runner = new Runner({
        tracingDisabled: !model.tracing,
        traceIncludeSensitiveData: false,
        toolExecution: { maxFunctionToolConcurrency: 1 },
      });
      const result = await runner.run(agent, buildInput(run, question), {
        stream: true,
        signal,
        maxTurns: limits.run.turns,
        context: { run, log, planned, signal },
      });
      try {
        for await (const _ of result) {
          // What streams show is written where it happens: by the journaled model and by the tools.
        }
        await result.completed;
      } catch (error) {
        throw unwrapped(error);
      }
      signal.throwIfAborted();
      if (result.error) throw unwrapped(result.error);
      return result.interruptions.length > 0 ? "waiting" : "done";
    },
  };
}

/** What a tool threw: the SDK wraps it without naming it as the cause, by which others look for what went wrong. */
function unwrapped(error: unknown): unknown {
  return error instanceof ToolCallError ? error.error : error;
}
