/** What the palette finds: commands, ids, agents, tools, and runs by the server's search. */
import { useMemo } from "react";
import { useLocation } from "wouter";
import { useAgents, useTools } from "@/api/queries";
import { titleOf } from "@/run/title";
import { type Command, useAllCommands } from "./commands";
import { links } from "./routes";
import { useRunSearch } from "./run_search";

const RUN_ID = /^run_[0-9a-z]+$/;
const SESSION_ID = /^ses_[0-9a-z]+$/;
const NAMED_MAX_COUNT = 8;

const matches = (command: Command, words: readonly string[]) => {
  const text = `${command.title} ${command.keywords ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

type Navigate = (to: string) => void;

/** The command that an id stands for, when one is typed. */
function goTo(query: string, navigate: Navigate): Command[] {
  if (RUN_ID.test(query))
    return [{ id: "go-run", title: `Go to ${query}`, run: () => navigate(links.trace(query)) }];
  if (SESSION_ID.test(query)) {
    return [{ id: "go-session", title: `Go to ${query}`, run: () => navigate(links.session(query)) }];
  }
  return [];
}

interface Named {
  name: string;
  description: string;
}

function named(kind: string, list: readonly Named[], link: (name: string) => string, navigate: Navigate) {
  return list.map(({ name, description }): Command => {
    const run = () => navigate(link(name));
    return { id: `${kind}-${name}`, title: name, keywords: `${kind} ${description}`, detail: kind, run };
  });
}

/** With nothing typed: the commands. */
export function usePaletteItems(query: string) {
  const [, navigate] = useLocation();
  const commands = useAllCommands();
  const agents = useAgents().data?.data;
  const tools = useTools().data?.data;
  const { runs, error, isSearching } = useRunSearch(query, { newestWhenEmpty: false });
  const known = useMemo(() => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (command: Command) => matches(command, words);
    const found = [...goTo(query.trim(), navigate), ...commands.filter(fits)];
    if (words.length === 0) return found;
    // A name that has the words goes before a description that has them.
    const rank = ({ title }: Command) => (words.every((word) => title.toLowerCase().includes(word)) ? 0 : 1);
    const things = [
      ...named("agent", agents ?? [], links.agent, navigate),
      ...named("tool", tools ?? [], links.tool, navigate),
    ];
    const best = things.filter(fits).toSorted((a, b) => rank(a) - rank(b));
    return [...found, ...best.slice(0, NAMED_MAX_COUNT)];
  }, [query, commands, agents, tools, navigate]);
  const items = useMemo(() => {
    const ofRuns = runs.map((run): Command => {
      const detail = `run, ${run.status}, ${run.agent}`;
      return { id: run.id, title: titleOf(run), detail, run: () => navigate(links.trace(run.id)) };
    });
    return query.trim() === "" ? known : [...known, ...ofRuns];
  }, [query, known, runs, navigate]);
  return { items, error, isSearching: isSearching && query.trim() !== "" };
}
