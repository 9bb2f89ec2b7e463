/** Addresses and their pages; each page is a chunk of its own. */
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

type Page = LazyExoticComponent<ComponentType>;

/** In order: the first pattern that fits wins. A page reads its parameters with wouter's `useParams`. */
export const ROUTES: readonly { path: string; page: Page }[] = [
  { path: "/", page: lazy(() => import("@/pages/run")) },
  { path: "/console/runs", page: lazy(() => import("@/pages/runs")) },
  { path: "/console/runs/:id", page: lazy(() => import("@/pages/trace")) },
  { path: "/console/compare", page: lazy(() => import("@/pages/compare")) },
  { path: "/console/sessions", page: lazy(() => import("@/pages/sessions")) },
  { path: "/console/sessions/:id", page: lazy(() => import("@/pages/session")) },
  { path: "/console/approvals", page: lazy(() => import("@/pages/approvals")) },
  { path: "/console/tools/:name?", page: lazy(() => import("@/pages/tools")) },
  { path: "/console/agents/:name?", page: lazy(() => import("@/pages/agents")) },
  { path: "/console/presets", page: lazy(() => import("@/pages/presets")) },
];

const part = encodeURIComponent;

/** Addresses to link to. */
export const links = {
  home: "/",
  runs: "/console/runs",
  sessions: "/console/sessions",
  approvals: "/console/approvals",
  tools: "/console/tools",
  agents: "/console/agents",
  presets: "/console/presets",
  comparePage: "/console/compare",
  /** The Run page, following a run, in a session, or with a choice made. */
  start: (choice: { run?: string; session?: string; agent?: string; preset?: string }) =>
    `/?${new URLSearchParams(choice).toString()}`,
  trace: (id: string, at: { tab?: string; at?: number; item?: string } = {}) => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(at)) if (value !== undefined) query.set(name, String(value));
    return `/console/runs/${part(id)}${query.size > 0 ? `?${query}` : ""}`;
  },
  compare: (a: string, b: string) => `/console/compare?${new URLSearchParams({ a, b })}`,
  session: (id: string) => `/console/sessions/${part(id)}`,
  tool: (name: string) => `/console/tools/${part(name)}`,
  agent: (name: string) => `/console/agents/${part(name)}`,
};
