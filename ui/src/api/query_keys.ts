/** Names of the cached answers. */
export const keys = {
  runLists: ["runs"] as const,
  runs: (filters: object) => ["runs", filters] as const,
  runPages: ["run-pages"] as const,
  runPagesOf: (filters: object) => ["run-pages", filters] as const,
  run: (id: string) => ["run", id] as const,
  sessions: ["sessions"] as const,
  sessionList: (filters: object) => ["sessions", "list", filters] as const,
  session: (id: string) => ["sessions", "one", id] as const,
  sessionMessages: (id: string) => ["sessions", "messages", id] as const,
  approvals: ["approvals"] as const,
  approvalList: (status: string) => ["approvals", status] as const,
  agents: ["agents"] as const,
  presets: ["presets"] as const,
  tools: ["tools"] as const,
  models: ["models"] as const,
  meta: ["meta"] as const,
};
