import { Config, getProject, getStack, type Output, output, RunError, runtime } from "@pulumi/pulumi";

/**
 * Reads keys of the project's configuration and collects what is wrong with them, so that one run names everything.
 * An empty value counts as none, because Pulumi.yaml must give every optional key a default.
 */
export class ConfigReader {
  readonly #project = getProject();
  readonly #config = new Config(this.#project);
  readonly #known = new Set<string>();
  readonly #problems: string[] = [];

  /** A text, `""` when it is not set. */
  text(key: string, rule?: { matches: RegExp; expected: string }): string {
    const value = this.#raw(key);
    if (rule !== undefined && value !== "" && !rule.matches.test(value)) {
      this.problem(
        `${key} is ${this.#shown(key, value)} and must be ${rule.expected}:\n  pulumi config set ${key} VALUE`,
      );
    }
    return value;
  }

  /** One of the options, the first when it is not set. */
  choice<T extends string>(key: string, options: readonly [T, ...T[]]): T {
    const value = this.#raw(key);
    const found = options.find((option) => option === value);
    if (found === undefined && value !== "") {
      this.problem(
        `${key} is ${this.#shown(key, value)} and must be ${options.join(" or ")}:\n  pulumi config set ${key} ${options[0]}`,
      );
    }
    return found ?? options[0];
  }

  integer(key: string, { least, most, otherwise }: { least: number; most: number; otherwise: number }): number {
    const value = this.#raw(key);
    const number = value === "" ? otherwise : Number(value);
    if (!Number.isInteger(number) || number < least || number > most) {
      this.problem(
        `${key} is ${this.#shown(key, value)} and must be a whole number from ${least} to ${most}:\n` +
          `  pulumi config set ${key} ${otherwise}`,
      );
      return otherwise;
    }
    return number;
  }

  flag(key: string): boolean {
    const value = this.#raw(key);
    if (value !== "" && value !== "true" && value !== "false") {
      this.problem(`${key} is ${this.#shown(key, value)} and must be true or false:\n  pulumi config set ${key} true`);
    }
    return value === "true";
  }

  object(key: string): Record<string, unknown> {
    const value = this.#raw(key);
    if (value === "") return {};
    const parsed = parseJson(value);
    if (!isObject(parsed)) {
      this.problem(`${key} must be a map, written part by part:\n  pulumi config set --path ${key}.PART VALUE`);
      return {};
    }
    if (this.#isSecret(key)) {
      this.problem(
        `${key} holds something encrypted, but charts get secrets through a Secret only: use the keys that are meant for them`,
      );
    }
    return parsed;
  }

  /** A part of an object that must be an object itself, `{}` when it is not there. */
  objectIn(key: string, object: Record<string, unknown>, part: string): Record<string, unknown> {
    const value = object[part] ?? {};
    if (!isObject(value)) {
      this.problem(
        `${key}.${part} must be a map, written part by part:\n  pulumi config set --path ${key}.${part}.NAME VALUE`,
      );
      return {};
    }
    return value;
  }

  /**
   * A secret, `undefined` when it is not set.
   * @param rules.check says what is wrong with the plain text, without repeating it
   * @param rules.plainIsFine it may stand unencrypted in the stack's file
   */
  secret(
    key: string,
    rules: { check?: (plain: string) => string | undefined; plainIsFine?: boolean } = {},
  ): Output<string> | undefined {
    const plain = this.#raw(key);
    if (plain === "") return undefined;
    if (!this.#isSecret(key) && rules.plainIsFine !== true) {
      this.problem(
        `${key} stands as plain text in Pulumi.${getStack()}.yaml. Encrypt it, and take a new one if that file was shared:\n` +
          `  pulumi config set --secret ${key}`,
      );
    }
    const wrong = rules.check?.(plain);
    if (wrong !== undefined) this.problem(`${key} ${wrong}:\n  pulumi config set --secret ${key}`);
    return this.#isSecret(key) || rules.plainIsFine !== true ? this.#config.requireSecret(key) : output(plain);
  }

  /** What a secret says, to compare it with others; never for a message. */
  plainTextOf(key: string): string {
    return this.#raw(key);
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  /**
   * To be called after the last key.
   * @throws RunError when anything was wrong, or a key is set that nothing reads
   */
  done(): void {
    const prefix = `${this.#project}:`;
    for (const fullKey of Object.keys(runtime.allConfig())) {
      const key = fullKey.slice(prefix.length);
      if (fullKey.startsWith(prefix) && !this.#known.has(key)) {
        this.problem(`${key} is no key of this project (Pulumi.yaml lists them):\n  pulumi config rm ${key}`);
      }
    }
    if (this.#problems.length > 0) {
      throw new RunError(`the configuration of stack ${getStack()}:\n- ${this.#problems.join("\n- ")}`);
    }
  }

  #raw(key: string): string {
    this.#known.add(key);
    return runtime.getConfig(`${this.#project}:${key}`) ?? "";
  }

  #shown(key: string, value: string): string {
    return this.#isSecret(key) ? "wrong" : JSON.stringify(value);
  }

  /** Whether the value is encrypted in the stack's file. Pulumi has no public question for it. */
  #isSecret(key: string): boolean {
    const ask: unknown = Reflect.get(runtime, "isConfigSecret");
    return typeof ask === "function" ? ask(`${this.#project}:${key}`) === true : true;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
