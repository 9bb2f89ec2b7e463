import { CircleCheck, CircleX } from "lucide-react";
import type { ModelInfo } from "@/api/model";
import { useModels } from "@/api/queries";
import { Badge } from "@/components/Badge";
import { cx } from "@/components/classes";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { formatCount } from "@/components/format";
import { RequestSnippet } from "@/components/RequestSnippet";
import { Skeleton } from "@/components/Skeleton";

const CELL = "px-4 py-2 text-left";
const PRICED = "Cost is told";

function Row({ model }: { model: ModelInfo }) {
  const { context_window_tokens: tokens } = model;
  return (
    <tr className="border-b border-line">
      <th scope="row" className={`${CELL} font-normal`}>
        <code className="font-mono text-xs font-semibold break-words">{model.id}</code>{" "}
        {model.default && <Badge tone="accent">default</Badge>}
      </th>
      <td className={CELL}>
        {model.available ? (
          <Badge tone="ok" icon={<CircleCheck size={12} aria-hidden />}>
            available
          </Badge>
        ) : (
          <Badge tone="err" icon={<CircleX size={12} aria-hidden />} title="Its provider's key is missing.">
            not configured
          </Badge>
        )}
      </td>
      <td className={`${CELL} hidden sm:table-cell`}>
        {model.priced ? "yes" : <span className="text-muted">no price</span>}
      </td>
      <td className={`${CELL} tabular-nums`}>
        {tokens === null ? <span className="text-muted">unknown</span> : `${formatCount(tokens)} tokens`}
      </td>
    </tr>
  );
}

/** The models that the server's configuration names, and the providers of others. */
export function ModelList() {
  const models = useModels();
  if (models.error && !models.data) {
    return <ErrorNote error={models.error} onRetry={() => void models.refetch()} />;
  }
  if (!models.data) return <Skeleton lines={6} />;
  const { data, providers } = models.data;
  return (
    <div className="overflow-x-auto">
      {data.length === 0 ? (
        <EmptyState title="No model is configured" command="export OPENAI_API_KEY=…" />
      ) : (
        <table className="w-full border-collapse">
          <thead className="text-xs text-muted">
            <tr className="border-b border-line">
              {["Model", "State", PRICED, "Context window"].map((head) => (
                <th
                  key={head}
                  scope="col"
                  className={cx(CELL, "font-medium", head === PRICED && "hidden sm:table-cell")}
                >
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.map((model) => (
              <Row key={model.id} model={model as ModelInfo} />
            ))}
          </tbody>
        </table>
      )}
      <div className="flex flex-wrap items-center gap-3 p-4 text-xs text-muted">
        <p className="min-w-0 flex-1">
          Any model of an installed provider can be named as <code className="font-mono">provider:model</code>
          : <code className="font-mono">{providers.join(", ")}</code>.
        </p>
        <RequestSnippet request={{ method: "GET", path: "/v1/models" }} />
      </div>
    </div>
  );
}
