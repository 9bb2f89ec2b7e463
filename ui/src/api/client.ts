/** Typed requests: data, or a thrown `ApiError`. */

import { ApiError, errorOf, networkError } from "./errors";
import { currentKey, forgetKey } from "./key";
import { randomKey } from "./random_key";
import type { paths } from "./types";

export { ApiError, asApiError } from "./errors";

type Method = "get" | "post" | "delete";
type OperationOf<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends object ? P : never;
}[keyof paths];
type JsonOf<R> = R extends { content: { "application/json": infer T } } ? T : never;
type Answers<O> = O extends { responses: infer R }
  ? { [S in keyof R & (200 | 201 | 202)]: JsonOf<R[S]> }
  : never;
type AnswerOf<O> = [Answers<O>[keyof Answers<O>]] extends [never] ? undefined : Answers<O>[keyof Answers<O>];

export type QueryValue = string | number | boolean | null | undefined;

export interface RequestOptions {
  /** Values for `{name}` in the path; they are encoded. */
  path?: Record<string, string>;
  /** Empty, null and undefined values are left out. */
  query?: Record<string, QueryValue>;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
}

export function addressOf(path: string, options: Pick<RequestOptions, "path" | "query"> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(options.path?.[name] ?? ""),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text ? `${filled}?${text}` : filled;
}

/** Sends with the key; a 401 forgets the key, which brings the sign-in view up. */
export async function send(address: string, init: RequestInit): Promise<Response> {
  const kept = currentKey();
  const headers = new Headers(init.headers);
  if (kept) headers.set("authorization", `Bearer ${kept.key}`);
  let response: Response;
  try {
    response = await fetch(address, { ...init, headers });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw networkError(cause);
  }
  if (response.status === 401) void forgetKey(kept?.key ?? "");
  return response;
}

/** Any request by method and path; for routes that `api` does not know the type of. */
export async function request<T>(
  method: "GET" | "POST" | "DELETE",
  path: string,
  options: RequestOptions & { body?: unknown } = {},
): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  const init: RequestInit = { method, headers, keepalive: options.keepalive ?? false };
  if (options.signal) init.signal = options.signal;
  if (method === "POST") {
    // A retry by the browser or the user's second click shall not make a second run.
    headers["idempotency-key"] ??= randomKey();
    if (options.body !== undefined) {
      headers["content-type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
  }
  const response = await send(addressOf(path, options), init);
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError({
      status: response.status,
      code: "BAD_ANSWER",
      title: "The answer is not JSON",
      detail: `${method} ${path}`,
      requestId: response.headers.get("x-request-id"),
    });
  }
}

export const api = {
  get<P extends PathsWith<"get">>(
    path: P,
    options?: RequestOptions,
  ): Promise<AnswerOf<OperationOf<P, "get">>> {
    return request("GET", path, options);
  },
  post<P extends PathsWith<"post">>(
    path: P,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<AnswerOf<OperationOf<P, "post">>> {
    return request("POST", path, { ...options, body });
  },
  delete<P extends PathsWith<"delete">>(
    path: P,
    options?: RequestOptions,
  ): Promise<AnswerOf<OperationOf<P, "delete">>> {
    return request("DELETE", path, options);
  },
};
