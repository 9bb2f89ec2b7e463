/** Addresses and their pages; each page is a chunk of its own. */
import { type ComponentType, lazy } from "react";
import { networkError } from "@/api/errors";

type Load = () => Promise<{ default: ComponentType }>;

const failed = new Set<() => void>();

/** Pages that could not be loaded are asked for again the next time. Call it once their error is shown. */
export function forgetFailedPages(): void {
  for (const renew of failed) renew();
  failed.clear();
}

/** A chunk of its own. React keeps the failure of a `lazy` for good, so that another try needs another one. */
export function pageOf(load: Load): ComponentType {
  const make = () =>
    lazy(() =>
      load().catch((cause: unknown) => {
        failed.add(() => {
          Current = make();
        });
        throw networkError(cause);
      }),
    );
  let Current = make();
  return function Page() {
    return <Current />;
  };
}

/** In order: the first pattern that fits wins. A page reads its parameters with wouter's `useParams`. */
export const ROUTES: readonly { path: string; page: ComponentType }[] = [
  { path: "/", page: pageOf(() => import("@/pages/run")) },
  { path: "/console/runs", page: pageOf(() => import("@/pages/runs")) },
  { path: "/console/runs/:id", page: pageOf(() => import("@/pages/trace")) },
  { path: "/console/compare", page: pageOf(() => import("@/pages/compare")) },
  { path: "/console/sessions", page: pageOf(() => import("@/pages/sessions")) },
  { path: "/console/sessions/:id", page: pageOf(() => import("@/pages/session")) },
  { path: "/console/approvals", page: pageOf(() => import("@/pages/approvals")) },
  { path: "/console/tools/:name?", page: pageOf(() => import("@/pages/tools")) },
  { path: "/console/agents/:name?", page: pageOf(() => import("@/pages/agents")) },
  { path: "/console/presets", page: pageOf(() => import("@/pages/presets")) },
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
