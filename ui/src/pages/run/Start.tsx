import { MessageSquarePlus } from "lucide-react";
import type { AgentInfo } from "@/api/model";
import { writeDraft } from "./drafts";

/** What shows a tool at work, on a server where nothing was set up yet. */
const BY_TOOL: Record<string, string> = {
  calculator: "What is 17.5% of 2340, rounded to whole numbers?",
  time: "What time is it in Tokyo and in Lisbon?",
  "vector.search": "What do the documents say about errors?",
  researcher: "What is 12% of 480, and what time is it in Paris?",
};
const FOR_ANY = ["What can you do?", "My name is Ada."];
const SHOWN_MAX_COUNT = 4;

function promptsFor(agent: AgentInfo | undefined): string[] {
  const byTool = (agent?.tools ?? []).flatMap((name) => BY_TOOL[name] ?? []);
  return [...byTool, ...FOR_ANY].slice(0, SHOWN_MAX_COUNT);
}

/** An empty conversation: who will answer, and what one may ask. */
export function Start({ agent, onChosen }: { agent: AgentInfo | undefined; onChosen: () => void }) {
  const choose = (prompt: string) => {
    writeDraft(prompt);
    onChosen();
  };
  return (
    <div className="mx-auto flex max-w-2xl flex-col items-center gap-4 py-[8vh] text-center">
      <MessageSquarePlus size={28} aria-hidden className="text-accent" />
      <div>
        <h2 className="text-lg font-semibold">What shall the agent do?</h2>
        {agent && <p className="text-muted">{agent.description}</p>}
      </div>
      <ul aria-label="Suggestions" className="grid w-full gap-2 sm:grid-cols-2">
        {promptsFor(agent).map((prompt) => (
          <li key={prompt} className="min-w-0">
            <button
              type="button"
              onClick={() => choose(prompt)}
              className="h-full min-h-12 w-full rounded-md border border-line bg-surface px-3 py-2 text-left hover:bg-raised"
            >
              {prompt}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
