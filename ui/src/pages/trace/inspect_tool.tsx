import { Link } from "wouter";
import type { RunEvent } from "@/api/events";
import { useTools } from "@/api/queries";
import { Badge } from "@/components/Badge";
import { FailureNote } from "@/components/FailureNote";
import { formatDuration } from "@/components/format";
import { JsonTree } from "@/components/JsonTree";
import { RelativeTime } from "@/components/Values";
import type { ApprovalView, RunView, ToolView } from "@/run/view";
import { links } from "@/shell/routes";
import { Block, Facts, Section } from "./inspect_parts";

/** What the journal says beside what the view keeps: the arguments before a human edited them, and the keys. */
function journaled(events: readonly RunEvent[], tool: ToolView) {
  const keys: string[] = [];
  let args: unknown = tool.args;
  for (const { type, data } of events) {
    if (!("tool_call_id" in data) || data.tool_call_id !== tool.id) continue;
    if (type === "tool.started" && "args" in data) args = data.args;
    if (type === "tool.executing" && "idempotency_key" in data) keys.push(String(data.idempotency_key));
  }
  return { args, idempotencyKey: keys.at(-1) ?? null };
}

function decisionOf({ decision, editedArgs }: ApprovalView) {
  if (!decision) return <Badge tone="warn">waits</Badge>;
  if (decision === "deny") return <Badge tone="err">denied</Badge>;
  return <Badge tone="ok">{editedArgs ? "approved with edited arguments" : "approved"}</Badge>;
}

export function ApprovalFacts({ approval }: { approval: ApprovalView }) {
  const { requestedAt, resolvedAt, decision } = approval;
  return (
    <>
      <Facts
        facts={[
          ["Decision", decisionOf(approval)],
          ["Decided by", approval.decidedBy],
          ["Asked", <RelativeTime key="asked" time={requestedAt} />],
          ["Decided", resolvedAt === null ? null : <RelativeTime key="decided" time={resolvedAt} />],
          ["Waited", resolvedAt === null ? null : formatDuration(resolvedAt - requestedAt)],
          ["Asked because", approval.reason],
          ["Reason given", approval.decisionReason],
          [
            "Hash of the args",
            <code key="hash" className="text-xs break-all">
              {approval.argsHash}
            </code>,
          ],
        ]}
      />
      {!decision && (
        <Link href={links.approvals} className="mt-2 inline-block text-accent underline">
          Decide among the approvals
        </Link>
      )}
    </>
  );
}

function Result({ tool }: { tool: ToolView }) {
  if (tool.error) return <FailureNote error={tool.error} />;
  if (tool.deniedReason !== null) return <p>Denied: {tool.deniedReason || "no reason given"}</p>;
  if (tool.state !== "ok") return <p className="text-muted">None yet.</p>;
  return (
    <>
      <JsonTree value={tool.result} label="Result" />
      {tool.attachments.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <p key={index} className="mt-1 text-xs text-muted">
          {part.type}, {part.media_type}
        </p>
      ))}
    </>
  );
}

function useEffectsOf(name: string) {
  const { data } = useTools();
  return data?.data.find((tool) => tool.name === name) ?? null;
}

interface InspectToolProps {
  view: RunView;
  events: readonly RunEvent[];
  id: string;
  onSelect: (spanId: string) => void;
}

function ToolFacts({ tool, idempotencyKey }: { tool: ToolView; idempotencyKey: string | null }) {
  const info = useEffectsOf(tool.name);
  const wait = tool.executingAt === null ? null : tool.executingAt - tool.startedAt;
  return (
    <Facts
      facts={[
        [
          "Tool",
          <Link key="tool" href={links.tool(tool.name)} className="text-accent underline">
            {tool.name}
          </Link>,
        ],
        ["Version", tool.version],
        ["Effects", info && `${info.effects}${info.idempotent ? ", idempotent" : ""}`],
        ["State", tool.state.replaceAll("_", " ")],
        ["Duration", tool.duration_ms === null ? null : formatDuration(tool.duration_ms)],
        ["Before it ran", wait === null ? null : formatDuration(wait)],
        [
          "Executions",
          tool.executions > 1 ? `${tool.executions} (begun again after a crash)` : tool.executions,
        ],
        ["Sent back", tool.sentBack ? "to the model, as its mistake" : null],
        [
          "Call",
          <code key="call" className="text-xs break-all">
            {tool.id}
          </code>,
        ],
        idempotencyKey !== null && [
          "Idempotency key",
          <code key="key" className="text-xs break-all">
            {idempotencyKey}
          </code>,
        ],
      ]}
    />
  );
}

export function InspectTool({ view, events, id, onSelect }: InspectToolProps) {
  const tool = view.tools[id];
  if (!tool) return <p className="p-4 text-muted">The journal does not have this call.</p>;
  const { args, idempotencyKey } = journaled(events, tool);
  return (
    <>
      <div className="px-4 pb-3">
        <ToolFacts tool={tool} idempotencyKey={idempotencyKey} />
        {tool.childRunId && (
          <button
            type="button"
            className="mt-2 text-accent underline"
            onClick={() => onSelect(`child:${tool.childRunId}`)}
          >
            The child run
          </button>
        )}
      </div>
      <Section title={tool.approval?.editedArgs ? "Arguments of the model" : "Arguments"}>
        <JsonTree value={args} label="Arguments" />
      </Section>
      {tool.approval?.editedArgs && (
        <Section title="Arguments as edited by the approver">
          <JsonTree value={tool.approval.editedArgs} label="Edited arguments" />
        </Section>
      )}
      {tool.approval && (
        <Section title="Approval">
          <ApprovalFacts approval={tool.approval} />
        </Section>
      )}
      <Section title="Result">
        <Result tool={tool} />
      </Section>
      {tool.content !== null && (
        <Section title="What the model reads">
          <Block text={tool.content} />
        </Section>
      )}
      {tool.output && (
        <Section title="Output while it ran">
          <Block text={tool.output} />
        </Section>
      )}
    </>
  );
}
