/** Server-sent events over `fetch` (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import { networkError } from "./errors";

export interface SseMessage {
  /** The last id that was sent, also by an earlier message. */
  id: string;
  event: string;
  data: string;
}

export interface SseOptions {
  /** Milliseconds that the server asks a reader to wait before it comes back. */
  onRetry?: (delayMs: number) => void;
  /** Called for an id without data too. */
  onId?: (id: string) => void;
}

interface Draft {
  id: string;
  event: string;
  data: string[];
}

/** Lines of a byte stream; ends of lines are LF, CR or CRLF, also where a chunk cuts the pair. */
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let swallowLineFeed = false;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw networkError(cause);
      });
      let text = value ? decoder.decode(value, { stream: true }) : "";
      if (swallowLineFeed && text !== "") {
        if (text.startsWith("\n")) text = text.slice(1);
        swallowLineFeed = false;
      }
      if (text.endsWith("\r")) swallowLineFeed = true;
      const found = (rest + text).split(/\r\n|\n|\r/);
      rest = found.pop() ?? "";
      if (found.length > 0) yield found;
      if (done) return;
    }
  } finally {
    // Leaving the loop early shall let go of the connection; one that is gone already has nothing to cancel.
    await reader.cancel().catch(() => undefined);
  }
}

function take(line: string, draft: Draft, options: SseOptions): void {
  const colon = line.indexOf(":");
  if (colon === 0) return; // A comment: the heartbeat.
  const field = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
  if (field === "data") draft.data.push(value);
  else if (field === "event") draft.event = value;
  else if (field === "id" && !value.includes("\0")) {
    draft.id = value;
    options.onId?.(value);
  } else if (field === "retry" && /^\d+$/.test(value)) options.onRetry?.(Number(value));
}

/** The messages of each chunk that arrived, so that a reader may handle them at once. */
export async function* readSse(
  body: ReadableStream<Uint8Array>,
  options: SseOptions = {},
): AsyncGenerator<SseMessage[]> {
  const draft: Draft = { id: "", event: "", data: [] };
  for await (const chunk of lines(body)) {
    const batch: SseMessage[] = [];
    for (const line of chunk) {
      if (line !== "") {
        take(line, draft, options);
        continue;
      }
      if (draft.data.length > 0) {
        batch.push({ id: draft.id, event: draft.event || "message", data: draft.data.join("\n") });
      }
      draft.event = "";
      draft.data = [];
    }
    if (batch.length > 0) yield batch;
  }
}
