/** Every failure of a request, also one that never reached the server. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Stable code (`ASDK-RUN-004`), or `NETWORK` / `BAD_ANSWER`. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly hint: string | null;
  readonly requestId: string | null;

  constructor(fields: {
    status: number;
    code: string;
    title: string;
    detail: string;
    hint?: string | null | undefined;
    requestId?: string | null | undefined;
  }) {
    super(fields.detail || fields.title);
    this.status = fields.status;
    this.code = fields.code;
    this.title = fields.title;
    this.detail = fields.detail;
    this.hint = fields.hint ?? null;
    this.requestId = fields.requestId ?? null;
  }
}

/** Whatever was thrown, as an `ApiError`, so that views know one shape. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiError({ status: 0, code: "CONSOLE", title: "The console failed", detail });
}

export function networkError(cause: unknown): ApiError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ApiError({
    status: 0,
    code: "NETWORK",
    title: "The server cannot be reached",
    detail,
    hint: "Is it still running? Start it with `agent-sdk dev` and try again.",
  });
}

interface ProblemLike {
  title?: unknown;
  detail?: unknown;
  code?: unknown;
  hint?: unknown;
  request_id?: unknown;
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Reads problem+json (RFC 9457); any other body of a failed answer still makes a full error. */
export async function errorOf(response: Response): Promise<ApiError> {
  let problem: ProblemLike = {};
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null) problem = body;
  } catch {
    // A proxy's page in place of the server's JSON: the status says all that is known.
  }
  return new ApiError({
    status: response.status,
    code: text(problem.code) ?? `HTTP-${response.status}`,
    title: text(problem.title) ?? (response.statusText || "The request failed"),
    detail: text(problem.detail) ?? "",
    hint: text(problem.hint),
    requestId: text(problem.request_id) ?? response.headers.get("x-request-id"),
  });
}
