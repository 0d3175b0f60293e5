/** Where the backend is. Read at each request, so that one image serves every place it is deployed to. */
export function backendUrl(path: string): URL {
  return new URL(path, process.env.BACKEND_URL ?? "http://127.0.0.1:8000");
}
