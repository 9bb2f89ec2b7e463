import { ArrowLeft, Check, Pencil, X } from "lucide-react";
import { Link } from "wouter";
import type { Approval, ToolInfo } from "@/api/model";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { shownBidi } from "@/components/bidi";
import { DocText } from "@/components/DocText";
import { EffectsBadge } from "@/components/EffectsBadge";
import { Fact, Facts } from "@/components/Facts";
import { JsonTree } from "@/components/JsonTree";
import { RequestSnippet } from "@/components/RequestSnippet";
import { RelativeTime } from "@/components/Values";
import { links } from "@/shell/routes";
import type { Actions as Callbacks } from "./selection";

const LINK = "text-accent underline";
const OPEN_DEPTH = 4;

/** Why it waits: in the tool's words, or by its definition. */
function reasonOf(approval: Approval, tool: ToolInfo | null): string {
  if (approval.reason) return shownBidi(approval.reason);
  if (tool?.needs_approval) return "Each call of this tool has to be approved.";
  return "The tool asked for it, and gave no reason.";
}

function runTabs(approval: Approval) {
  return { tab: "conversation", item: `approval:${approval.id}` };
}

function AskedBy({ approval }: { approval: Approval }) {
  const isChild = approval.run_id !== approval.root_run_id;
  return (
    <>
      <Fact name="Agent">
        <Link href={links.agent(approval.agent)} className={LINK}>
          {approval.agent}
        </Link>
      </Fact>
      <Fact name="Run">
        <Link href={links.trace(approval.run_id, runTabs(approval))} className={`${LINK} font-mono text-xs`}>
          {approval.run_id}
        </Link>
        {isChild && (
          <>
            {" of a subagent, in "}
            <Link href={links.trace(approval.root_run_id)} className={`${LINK} font-mono text-xs`}>
              {approval.root_run_id}
            </Link>
          </>
        )}
      </Fact>
    </>
  );
}

interface DetailProps extends Callbacks {
  approval: Approval;
  /** Null where the server has no such tool any more, or its tools are not read yet. */
  tool: ToolInfo | null;
  /** How many other calls of the same run wait. */
  siblings: number;
  isBusy: boolean;
  onBack: () => void;
}

function Actions({ approval, isBusy, onBack, onApprove, onDeny, onEdit }: DetailProps) {
  const request = {
    method: "POST",
    path: `/v1/approvals/${approval.id}`,
    body: { decision: "approve" },
  } as const;
  return (
    <div className="sticky top-0 z-20 flex flex-wrap items-center gap-2 border-b border-line bg-surface px-4 py-2">
      <span className="md:hidden">
        <Button size="sm" icon={<ArrowLeft size={14} aria-hidden />} onClick={onBack}>
          List
        </Button>
      </span>
      <Button variant="primary" icon={<Check size={14} aria-hidden />} disabled={isBusy} onClick={onApprove}>
        Approve
      </Button>
      <Button variant="danger" icon={<X size={14} aria-hidden />} disabled={isBusy} onClick={onDeny}>
        Deny…
      </Button>
      <Button icon={<Pencil size={14} aria-hidden />} disabled={isBusy} onClick={onEdit}>
        Edit arguments…
      </Button>
      <span className="flex-1" />
      <RequestSnippet request={request} />
    </div>
  );
}

/** One approval with all that a decision needs. */
export function ApprovalDetail(props: DetailProps) {
  const { approval, tool, siblings } = props;
  return (
    <article aria-label={`Approval of ${approval.tool}`} className="flex flex-col">
      <Actions {...props} />
      <div className="flex flex-col gap-4 p-4">
        <header className="flex flex-wrap items-center gap-2">
          <h2 className="font-mono text-base font-semibold break-all">
            <Link href={links.tool(approval.tool)} className="underline">
              {approval.tool}
            </Link>
          </h2>
          {tool && <Badge title="Version of the tool that the server has now">{tool.version}</Badge>}
          {tool && <EffectsBadge effects={tool.effects} />}
        </header>
        {tool && <DocText text={tool.description} />}
        <Facts>
          <Fact name="Why it waits">{reasonOf(approval, tool)}</Fact>
          <Fact name="Waiting">
            asked <RelativeTime time={approval.requested_at} />
            {siblings > 0 &&
              `; so ${siblings === 1 ? "does another call" : `do ${siblings} other calls`} of this run`}
          </Fact>
          <AskedBy approval={approval} />
          <Fact name="Call">
            <code className="font-mono text-xs">{approval.id}</code>
          </Fact>
        </Facts>
        <div>
          <h3 className="mb-1 text-xs font-medium text-muted">Arguments</h3>
          <div className="rounded-md border border-line bg-surface p-3">
            <JsonTree value={approval.args} label="Arguments" openDepth={OPEN_DEPTH} />
          </div>
        </div>
      </div>
    </article>
  );
}
