/** A request as source text. The key is always read from the environment and never written. */

export interface SnippetRequest {
  method: "GET" | "POST" | "DELETE";
  /** Filled path with its query, such as `/v1/runs?status=failed`. */
  path: string;
  body?: unknown;
  /** Scheme and host; this page's by default. */
  origin?: string;
}

export const KEY_VARIABLE = "AGENT_SDK_API_KEY";
export type SnippetLanguage = "curl" | "python" | "typescript";

const shellQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const addressOf = (request: SnippetRequest) => (request.origin ?? window.location.origin) + request.path;

/** JSON as a Python literal. */
function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object") {
    const pairs = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${pairs.map(([name, item]) => `${JSON.stringify(name)}: ${pythonLiteral(item)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

export function curlSnippet(request: SnippetRequest): string {
  const parts = [`curl -sS -X ${request.method} ${shellQuoted(addressOf(request))}`];
  parts.push(`-H "Authorization: Bearer $${KEY_VARIABLE}"`);
  if (request.body !== undefined) {
    parts.push("-H 'Content-Type: application/json'", `-d ${shellQuoted(JSON.stringify(request.body))}`);
  }
  return `${parts.join(" \\\n  ")}\n`;
}

export function pythonSnippet(request: SnippetRequest): string {
  const body = request.body === undefined ? "" : `\n    json=${pythonLiteral(request.body)},`;
  return `import os

import httpx

response = httpx.request(
    ${JSON.stringify(request.method)},
    ${JSON.stringify(addressOf(request))},
    headers={"Authorization": f"Bearer {os.environ['${KEY_VARIABLE}']}"},${body}
)
response.raise_for_status()
print(response.text)
`;
}

export function typescriptSnippet(request: SnippetRequest): string {
  const hasBody = request.body !== undefined;
  const type = hasBody ? `\n    "Content-Type": "application/json",` : "";
  const body = hasBody ? `\n  body: JSON.stringify(${JSON.stringify(request.body)}),` : "";
  return `const response = await fetch(${JSON.stringify(addressOf(request))}, {
  method: ${JSON.stringify(request.method)},
  headers: {
    Authorization: \`Bearer \${process.env.${KEY_VARIABLE}}\`,${type}
  },${body}
});
if (!response.ok) throw new Error(await response.text());
console.log(await response.text());
`;
}

export function snippetOf(language: SnippetLanguage, request: SnippetRequest): string {
  if (language === "curl") return curlSnippet(request);
  return language === "python" ? pythonSnippet(request) : typescriptSnippet(request);
}
