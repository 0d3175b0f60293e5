// What is wrong with a secret, in words that never repeat it; `undefined` when nothing is.

/** A key or token: long enough, and no blank that came along with pasting. */
export function keyProblem(leastLength: number): (key: string) => string | undefined {
  return (key) => {
    if (/\s/.test(key)) return "has a blank or a line break in it, which keys do not have";
    return key.length < leastLength
      ? `has ${key.length} characters and needs ${leastLength} at least (openssl rand -base64 32)`
      : undefined;
  };
}

/** The password of the database in the cluster. */
export function passwordProblem(password: string): string | undefined {
  return /^[\x21-\x7e]{12,128}$/.test(password)
    ? undefined
    : "must have 12 to 128 letters, digits and signs without blanks (openssl rand -hex 24)";
}

/** The address that people open: cookies and allowed origins hang on it. */
export function authUrlProblem(address: string): string | undefined {
  const url = parse(address);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return "must be an http or https address, such as https://todo.example.com";
  }
  return url.origin === address.replace(/\/$/, "") ? undefined : "must be an address without path, user or query";
}

/** A PostgreSQL that the backend's pod can reach. */
export function databaseUrlProblem(address: string): string | undefined {
  const url = parse(address);
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "") {
    return "must be postgres://USER:PASSWORD@HOST:5432/NAME, with the signs of the password percent-encoded";
  }
  if (url.pathname.length < 2) return "names no database after the host: postgres://USER:PASSWORD@HOST:5432/NAME";
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) {
    return `leads to ${url.hostname}, which in a pod is the pod itself; from Minikube this machine is host.minikube.internal`;
  }
  return undefined;
}

/** Whether the address is that of a transaction pooler, as Neon names them. */
export function leadsThroughPooler(address: string): boolean {
  return parse(address)?.hostname.includes("-pooler") ?? false;
}

function parse(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}
