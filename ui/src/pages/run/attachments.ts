/** Files that go with a message, inline. */

import { ApiError } from "@/api/client";
import { randomKey } from "@/api/random_key";

/** A request may be 1 MiB, and base64 makes four bytes of three. */
export const ATTACHMENTS_MAX_BYTES = 750_000;
export const ATTACHMENTS_MAX_COUNT = 8;

const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const DOCUMENT_TYPES = ["application/pdf", "application/json"];
/** What the picker of the browser offers. */
export const ACCEPTED = [...IMAGE_TYPES, ...DOCUMENT_TYPES, "text/*", ".md"].join(",");

export interface Attachment {
  id: string;
  type: "image" | "document";
  media_type: string;
  name: string;
  size_bytes: number;
  /** Base64. */
  data: string;
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;

function refusal(title: string, detail: string, hint: string): ApiError {
  return new ApiError({ status: 0, code: "ATTACHMENT", title, detail, hint });
}

function mediaTypeOf(file: File): string {
  if (file.type) return file.type.split(";")[0] ?? "";
  return /\.(md|markdown|txt|log|csv|toml|ya?ml)$/i.test(file.name) ? "text/plain" : "";
}

function kindOf(file: File): Attachment["type"] | null {
  const type = mediaTypeOf(file);
  if (IMAGE_TYPES.includes(type)) return "image";
  return type.startsWith("text/") || DOCUMENT_TYPES.includes(type) ? "document" : null;
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** Those of `files` that may be added to `present`. Throws `ApiError` when one is too much or of no use. */
export async function attach(present: readonly Attachment[], files: readonly File[]): Promise<Attachment[]> {
  if (present.length + files.length > ATTACHMENTS_MAX_COUNT) {
    throw refusal(
      "Too many files",
      `A message takes ${ATTACHMENTS_MAX_COUNT} files.`,
      "Send some with a second message.",
    );
  }
  const used = present.reduce((sum, one) => sum + one.size_bytes, 0);
  const size = used + files.reduce((sum, file) => sum + file.size, 0);
  if (size > ATTACHMENTS_MAX_BYTES) {
    throw refusal(
      "The files are too big",
      `Together they have ${kilobytes(size)}; a message takes ${kilobytes(ATTACHMENTS_MAX_BYTES)}.`,
      "Make the pictures smaller, or let a tool read the file.",
    );
  }
  for (const file of files) {
    if (kindOf(file)) continue;
    const type = file.type || "an unknown type";
    throw refusal(
      "The file is of no known kind",
      `${file.name} is ${type}.`,
      "Attach PNG, JPEG, GIF or WebP pictures, PDF, JSON or text.",
    );
  }
  return Promise.all(files.map(read));
}

async function read(file: File): Promise<Attachment> {
  return {
    id: randomKey(),
    type: kindOf(file) ?? "document",
    media_type: mediaTypeOf(file),
    name: file.name,
    size_bytes: file.size,
    data: await base64Of(file),
  };
}

/** What the API takes: text alone, or text and files as parts. */
export function inputOf(text: string, files: readonly Attachment[]): string | Record<string, unknown>[] {
  if (files.length === 0) return text;
  const parts: Record<string, unknown>[] = files.map(({ type, media_type, name, data }) =>
    type === "image" ? { type, media_type, data } : { type, media_type, name, data },
  );
  return text.trim() ? [{ type: "text", text }, ...parts] : parts;
}
