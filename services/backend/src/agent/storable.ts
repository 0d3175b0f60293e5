/**
 * The value as PostgreSQL can keep it in JSON: without NUL, and with U+FFFD for halves of characters, in keys too.
 * Models send such things.
 */
export function storable<T>(value: T): T {
  // `JSON.stringify` escapes just these; an escaped backslash is passed over, so that "\\u0000" stays what it says.
  const json = JSON.stringify(value).replace(/\\(?:u0000|(ud[89a-f][0-9a-f]{2})|.)/g, (whole, half) => {
    if (whole === "\\u0000") return "";
    return half === undefined ? whole : "\uFFFD";
  });
  return JSON.parse(json);
}
