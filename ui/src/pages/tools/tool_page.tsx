import { useState } from "react";
import { Link } from "wouter";
import type { ToolInfo } from "@/api/model";
import { Button } from "@/components/Button";
import { Crumb } from "@/components/Crumb";
import { Dialog } from "@/components/Dialog";
import { DocText } from "@/components/DocText";
import { EmptyState } from "@/components/EmptyState";
import { Fact, Facts } from "@/components/Facts";
import { JsonTree } from "@/components/JsonTree";
import { LinkButton } from "@/components/LinkButton";
import { NameLinks } from "@/components/NameLinks";
import { PageHeader } from "@/components/PageHeader";
import { SchemaView } from "@/components/SchemaView";
import { links } from "@/shell/routes";
import { type Invocation, useInvocation } from "./invoke";
import { TrialList } from "./outcome";
import { ToolMarks } from "./tool_list";
import type { Args } from "./trials";
import { TryForm } from "./try_form";

const PANEL = "rounded-md border border-line bg-surface p-4";

function Description({ tool }: { tool: ToolInfo }) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <DocText text={tool.description} />
      <Facts>
        <Fact name="Version">
          <code className="font-mono text-xs">{tool.version}</code>
        </Fact>
        <Fact name="Idempotent">{tool.idempotent ? "yes: it may be called again after a crash" : "no"}</Fact>
        <Fact name="Time limit">
          {tool.timeout_s === null ? "the server's default" : `${tool.timeout_s} s`}
        </Fact>
        <Fact name="Used by">
          <NameLinks names={tool.agents} to={links.agent} nothing="no agent" />
        </Fact>
      </Facts>
      <section aria-label="Arguments" className={PANEL}>
        <h2 className="mb-2 font-semibold">Arguments</h2>
        <SchemaView schema={tool.parameters} />
      </section>
      <section aria-label="Result" className={PANEL}>
        <h2 className="mb-2 font-semibold">Result</h2>
        {tool.result ? <SchemaView schema={tool.result} /> : <p className="text-muted">It does not say.</p>}
      </section>
    </div>
  );
}

/** A tool that asks an agent makes a run of its own, so only a run can try it. */
function TryByRun({ tool }: { tool: ToolInfo }) {
  return (
    <div className={PANEL}>
      <h2 className="mb-2 font-semibold">Try it</h2>
      <p className="mb-2">
        It asks the agent <code className="font-mono">{tool.asks_agent}</code>, which makes a run of its own.
        Try it by a run of an agent that has it:
      </p>
      <ul className="flex flex-wrap gap-2">
        {tool.agents.map((agent) => (
          <li key={agent}>
            <LinkButton href={links.start({ agent })}>Start a run of {agent}</LinkButton>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Confirm({ tool, invocation }: { tool: ToolInfo; invocation: Invocation }) {
  const { question, agree, decline } = invocation;
  return (
    <Dialog
      open={question !== null}
      onOpenChange={decline}
      title={`Run ${tool.name}?`}
      description={question?.text ?? ""}
      footer={
        <>
          <Button onClick={decline}>Cancel</Button>
          <Button variant="primary" onClick={agree}>
            Run it
          </Button>
        </>
      }
    >
      {question && <JsonTree value={question.args} label="Arguments of the call" openDepth={4} />}
    </Dialog>
  );
}

function Try({ tool }: { tool: ToolInfo }) {
  const invocation = useInvocation(tool);
  const [start, setStart] = useState<{ key: number; args: Args | null }>({ key: 0, args: null });
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <div className={PANEL}>
        <h2 className="mb-3 font-semibold">Try it</h2>
        <TryForm
          key={start.key}
          tool={tool}
          initial={start.args}
          isBusy={invocation.isBusy}
          onRun={invocation.start}
        />
      </div>
      <TrialList trials={invocation.trials} onReuse={(args) => setStart({ key: start.key + 1, args })} />
      <Confirm tool={tool} invocation={invocation} />
    </div>
  );
}

export function ToolPage({ name, tools }: { name: string; tools: readonly ToolInfo[] }) {
  const tool = tools.find((one) => one.name === name);
  return (
    <>
      <PageHeader
        title={name}
        heading={<Crumb list="Tools" href={links.tools} name={name} />}
        actions={tool && <ToolMarks tool={tool} />}
      />
      {tool ? (
        <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] content-start gap-6 overflow-auto p-4 xl:grid-cols-2">
          <Description tool={tool} />
          {tool.asks_agent ? <TryByRun tool={tool} /> : <Try key={name} tool={tool} />}
        </div>
      ) : (
        <EmptyState
          title={`There is no tool ${name}`}
          text="It may have gone with the server's last start."
          action={
            <Link href={links.tools} className="text-accent underline">
              All tools
            </Link>
          }
        />
      )}
    </>
  );
}
