import { type ReactNode, type UIEvent, useLayoutEffect, useRef } from "react";
import { Link } from "wouter";
import { useApprovals } from "@/api/queries";
import { shownBidi } from "@/components/bidi";
import { CopyButton } from "@/components/CopyButton";
import { FailureNote } from "@/components/FailureNote";
import { JsonTree } from "@/components/JsonTree";
import type { ToolView } from "@/run/view";
import { links } from "@/shell/routes";
import { ApprovalControls } from "./ApprovalControls";
import { Attachments } from "./Attachments";

/** More of a live output is in the journal; a browser shall not lay out megabytes of it. */
const OUTPUT_SHOWN_MAX_CHARS = 20_000;
const OUTPUT_END_PX = 24;

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <p className="mb-0.5 text-xs font-medium text-muted">{title}</p>
      {children}
    </section>
  );
}

/** A tool's answer is often JSON in a text; it reads better as what it means. */
function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // It only began like JSON.
  }
}

/** With `isGrowing` its end stays in view, unless somebody scrolled up in it. */
function TextBlock({ text, label, isGrowing }: { text: string; label: string; isGrowing?: boolean }) {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new piece of text moves the end
  useLayoutEffect(() => {
    if (isGrowing && isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, isGrowing]);
  const watch = ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: UIEvent<HTMLElement>) => {
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < OUTPUT_END_PX;
  };
  const shown = text.slice(-OUTPUT_SHOWN_MAX_CHARS);
  return (
    <div className="relative rounded border border-line bg-bg">
      <div className="absolute top-1 right-1 rounded bg-bg">
        <CopyButton text={text} label={`Copy the ${label}`} />
      </div>
      <section
        ref={box}
        onScroll={watch}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className="max-h-64 overflow-auto p-2 pr-10"
      >
        <pre className="font-mono text-xs break-words whitespace-pre-wrap">
          {shown.length < text.length && "… "}
          {shownBidi(shown)}
        </pre>
      </section>
    </div>
  );
}

function Value({ value, label }: { value: unknown; label: string }) {
  const known = typeof value === "string" ? parsed(value) : value;
  if (typeof known === "string") return <TextBlock text={known} label={label} />;
  return <JsonTree value={known} label={label} />;
}

function Decision({ tool }: { tool: ToolView }) {
  const { approval } = tool;
  if (!approval?.decision) return null;
  const words = [approval.decision === "approve" ? "Approved" : "Denied"];
  if (approval.decidedBy) words.push(`by ${approval.decidedBy}`);
  if (approval.editedArgs) words.push("with edited arguments");
  return (
    <p className="text-xs text-muted">
      {words.join(" ")}
      {approval.decisionReason && `: ${approval.decisionReason}`}
    </p>
  );
}

/** A subagent's journal asks by itself; what it asks is found in the inbox. */
function ChildApprovals({ runId }: { runId: string }) {
  const asked = useApprovals().rows.filter((one) => one.run_id === runId);
  return (
    <>
      {asked.map((one) => (
        <div key={one.id} className="flex flex-col gap-2">
          <Section title={`${one.agent} asks for ${one.tool}`}>
            <JsonTree value={one.args} label={`Arguments of ${one.tool}`} />
          </Section>
          <ApprovalControls id={one.id} tool={one.tool} args={one.args} reason={one.reason} />
        </div>
      ))}
    </>
  );
}

function Waiting({ tool }: { tool: ToolView }) {
  const { approval } = tool;
  if (!approval || tool.state !== "awaiting_approval") return null;
  if (approval.childRunId) return <ChildApprovals runId={approval.childRunId} />;
  return <ApprovalControls id={approval.id} tool={tool.name} args={tool.args} reason={approval.reason} />;
}

export function ToolDetails({ tool, canDecide }: { tool: ToolView; canDecide: boolean }) {
  const { result, content, output, state } = tool;
  const answer = result === undefined || result === null ? content : result;
  const hasDelivered = state === "ok" && answer !== null;
  return (
    <div className="flex flex-col gap-2 border-t border-line px-2.5 py-2">
      {canDecide && <Waiting tool={tool} />}
      <Section title="Arguments">
        <JsonTree value={tool.args} label={`Arguments of ${tool.name}`} />
      </Section>
      <Decision tool={tool} />
      {output && !hasDelivered && (
        <Section title="Output">
          <TextBlock text={output} label="output" isGrowing={state === "running"} />
        </Section>
      )}
      {hasDelivered && (
        <Section title="Result">
          <Value value={answer} label="result" />
        </Section>
      )}
      <Attachments parts={tool.attachments} />
      {tool.error && (
        <FailureNote error={tool.error}>
          {tool.sentBack && <span>told to the model, which goes on</span>}
        </FailureNote>
      )}
      {tool.deniedReason && !tool.approval?.decision && (
        <p className="text-xs">Denied: {tool.deniedReason}</p>
      )}
      {tool.childRunId && (
        <Link href={links.trace(tool.childRunId)} className="text-xs text-accent underline">
          Open the subagent's run
        </Link>
      )}
    </div>
  );
}
