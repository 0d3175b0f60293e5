/** The Minikube of the tests of the stack: theirs alone, made and deleted by them. */
export const PROFILE = "todo-stack";

/** The ports of page and API there, so that a Minikube that runs beside it keeps its own. */
export const NODE_PORTS = [31000, 31001];
