import type { Answer } from "../scripts/programs.ts";
import type { Machine } from "./machine.ts";

/**
 * A machine for tests that writes down what is run.
 * @param answer what a command ends with
 * @param profile the text of every Minikube profile's settings; `undefined` when there is none
 */
export function recordingMachine(
  answer: (command: string) => Answer,
  profile: string | undefined,
): Machine & { ran: string[] } {
  const ran: string[] = [];
  return {
    ran,
    run: async (command, args) => {
      ran.push([command, ...args].join(" "));
      return answer(command);
    },
    exists: () => true,
    read: () => profile,
    list: () => [],
    minikubeHome: "",
    dockerHome: "",
  };
}
