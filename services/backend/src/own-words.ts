/** The app's own words, which are tried first on it; SECURITY.md names them. */
const APP_WORDS = ["todo", "todolist", "todochat", "todochatbot", "assistant"];

/** Words of fewer letters are in too many good passwords. */
const FEWEST_LETTERS = 3;

/**
 * Whether a password is nothing but the app's name, or the person's own name or address, with digits and signs around
 * it: what is guessed first by who knows where and whose it is.
 */
export function isOwnWord(password: string, person: { name: string; email: string } | undefined): boolean {
  const own = person ? [person.name, ...person.name.split(/\s+/), person.email, person.email.split("@")[0] ?? ""] : [];
  const letters = lettersOf(password);
  return letters.length >= FEWEST_LETTERS && [...APP_WORDS, ...own].some((word) => lettersOf(word) === letters);
}

function lettersOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}]/gu, "");
}
