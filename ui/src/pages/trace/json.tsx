import { useDeferredValue } from "react";
import { useRun } from "@/api/queries";
import { ErrorNote } from "@/components/ErrorNote";
import { JsonTree } from "@/components/JsonTree";
import { RequestSnippet } from "@/components/RequestSnippet";
import { Skeleton } from "@/components/Skeleton";
import type { TraceTabProps } from "./tab_props";

/** The run as the API gives it, and its journal. */
export default function JsonTab({ runId, run }: TraceTabProps) {
  const { data, error, refetch } = useRun(runId);
  // The rows of a long journal cost more than a frame; the rest of the page does not wait for them.
  const events = useDeferredValue(run.events);
  const path = `/v1/runs/${encodeURIComponent(runId)}`;
  return (
    <div className="flex flex-col gap-6 p-4">
      <div>
        <div className="mb-2 flex items-center gap-3">
          <h2 className="flex-1 font-semibold">Run</h2>
          <RequestSnippet request={{ method: "GET", path }} />
        </div>
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {data ? <JsonTree value={data} label="Run" openDepth={2} /> : !error && <Skeleton />}
      </div>
      <div>
        <div className="mb-2 flex items-center gap-3">
          <h2 className="flex-1 font-semibold">Events ({events.length})</h2>
          <RequestSnippet request={{ method: "GET", path: `${path}/events` }} />
        </div>
        <JsonTree value={events} label="Events" openDepth={1} />
      </div>
    </div>
  );
}
