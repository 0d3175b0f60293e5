import { type FormEvent, useState } from "react";
import { ApiError, messageOf } from "./api/api-error.ts";

/** What is wrong: by the field's name, or under `form` for the whole. */
export type FormErrors = Partial<Record<string, string>>;

export type FormOptions = {
  submit: (values: Record<string, string>) => Promise<void>;
  /** Which field an error of the server is about that names none; `form` when it is about none. */
  fieldOf?: (error: ApiError) => string;
};

/** The life of a form: check, send, say what is wrong beside the field and lead there. Its values stay in the inputs. */
export function useForm({ submit, fieldOf }: FormOptions) {
  const [errors, setErrors] = useState<FormErrors>({});
  const [busy, setBusy] = useState(false);

  function show(form: HTMLFormElement, found: FormErrors): void {
    setErrors(found);
    const first = Object.keys(found)[0];
    const input = first === undefined ? null : form.elements.namedItem(first);
    if (input instanceof HTMLElement) input.focus();
  }

  function errorsOf(form: HTMLFormElement, error: unknown): FormErrors {
    if (!(error instanceof ApiError)) return { form: messageOf(error) };
    // A field of ours that the server does not like, in words that are about the field.
    const named = error.details.filter(({ path }) => form.elements.namedItem(path) !== null);
    if (named.length > 0) return Object.fromEntries(named.map(({ path, message }) => [path, message]));
    return { [fieldOf?.(error) ?? "form"]: messageOf(error) };
  }

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    const invalid = invalidFields(form);
    if (Object.keys(invalid).length > 0) return show(form, invalid);

    setErrors({});
    setBusy(true);
    try {
      await submit(valuesOf(form));
    } catch (error) {
      show(form, errorsOf(form, error));
    }
    setBusy(false);
  }

  return { errors, busy, onSubmit };
}

function valuesOf(form: HTMLFormElement): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) if (typeof value === "string") values[name] = value;
  return values;
}

function invalidFields(form: HTMLFormElement): FormErrors {
  const found: FormErrors = {};
  for (const input of form.elements) {
    if (input instanceof HTMLInputElement && !input.validity.valid) found[input.name] = complaint(input);
  }
  return found;
}

function complaint({ validity, type, minLength, validationMessage }: HTMLInputElement): string {
  if (validity.valueMissing) return "Please fill this in.";
  if (validity.typeMismatch && type === "email") return "This does not look like an email address.";
  if (validity.tooShort) return `Use at least ${minLength} characters.`;
  return validationMessage;
}
