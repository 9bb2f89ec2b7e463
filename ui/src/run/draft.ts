/** A view under change. Each list is copied at most once per batch, so that a batch costs what it changes. */
import type { Envelope } from "@/api/events";
import type { Usage } from "@/api/model";
import type { MessageView, NoticeView, RunView, Span, StepView, ToolView } from "./view";

type Lists = "messages" | "steps" | "handoffs" | "children" | "notices" | "spans" | "toolOrder";
type ItemOf<L extends Lists> = RunView[L][number];

export class Draft {
  readonly view: RunView;
  private readonly owned = new Set<Lists | "tools">();

  constructor(view: RunView) {
    this.view = { ...view };
  }

  list<L extends Lists>(name: L): ItemOf<L>[] {
    const view = this.view as { [K in Lists]: readonly ItemOf<K>[] };
    if (!this.owned.has(name)) {
      this.owned.add(name);
      view[name] = [...view[name]] as never;
    }
    return view[name] as ItemOf<L>[];
  }

  add<L extends Lists>(name: L, item: ItemOf<L>): void {
    this.list(name).push(item);
  }

  /** Changes the newest item that fits; searched from the end, where what is open stands. */
  private patch<T extends object>(
    list: readonly T[],
    own: () => T[],
    fits: (item: T) => boolean,
    change: (item: T) => Partial<T>,
  ): boolean {
    for (let index = list.length - 1; index >= 0; index--) {
      const item = list[index] as T;
      if (!fits(item)) continue;
      own()[index] = { ...item, ...change(item) };
      return true;
    }
    return false;
  }

  message(id: string, change: (message: MessageView) => Partial<MessageView>): boolean {
    return this.patch(
      this.view.messages,
      () => this.list("messages"),
      (item) => item.id === id,
      change,
    );
  }

  step(number: number, change: Partial<StepView>): void {
    this.patch(
      this.view.steps,
      () => this.list("steps"),
      (item) => item.number === number,
      () => change,
    );
  }

  handoff(toolCallId: string, state: "ok" | "error"): void {
    const own = () => this.list("handoffs");
    this.patch(
      this.view.handoffs,
      own,
      (item) => item.toolCallId === toolCallId,
      () => ({ state }),
    );
  }

  child(runId: string, change: Partial<RunView["children"][number]>): void {
    this.patch(
      this.view.children,
      () => this.list("children"),
      (item) => item.runId === runId,
      () => change,
    );
  }

  span(id: string, change: Partial<Span>): void {
    this.patch(
      this.view.spans,
      () => this.list("spans"),
      (item) => item.id === id,
      () => change,
    );
  }

  openSpan(span: Pick<Span, "id" | "kind" | "label" | "start" | "step" | "seq"> & Partial<Span>): void {
    const state = span.kind === "approval" || span.kind === "pause" ? "waiting" : "running";
    this.add("spans", { parent: null, end: null, state, ref: null, firstTokenAt: null, ...span });
  }

  /** Closes the newest open span of these kinds, if one is open. */
  closeKind(kinds: readonly Span["kind"][], end: number, state: Span["state"] = "ok"): void {
    const fits = (item: Span) => item.end === null && kinds.includes(item.kind);
    this.patch(
      this.view.spans,
      () => this.list("spans"),
      fits,
      () => ({ end, state }),
    );
  }

  tool(id: string, change: (tool: ToolView) => Partial<ToolView>): void {
    const tool = this.view.tools[id];
    if (tool) this.putTool({ ...tool, ...change(tool) });
  }

  putTool(tool: ToolView): void {
    if (!this.owned.has("tools")) {
      this.owned.add("tools");
      this.view.tools = { ...this.view.tools };
    }
    (this.view.tools as Record<string, ToolView>)[tool.id] = tool;
  }

  notice(
    envelope: Envelope,
    at: number,
    notice: Pick<NoticeView, "kind" | "text"> & Partial<NoticeView>,
  ): void {
    this.add("notices", { seq: envelope.seq, at, error: null, ...notice });
  }

  addUsage(more: Partial<Usage> | undefined): void {
    if (!more) return;
    const { usage } = this.view;
    const cost = more.cost_usd ?? null;
    this.view.usage = {
      input_tokens: usage.input_tokens + (more.input_tokens ?? 0),
      output_tokens: usage.output_tokens + (more.output_tokens ?? 0),
      cache_read_tokens: usage.cache_read_tokens + (more.cache_read_tokens ?? 0),
      cache_write_tokens: usage.cache_write_tokens + (more.cache_write_tokens ?? 0),
      reasoning_tokens: usage.reasoning_tokens + (more.reasoning_tokens ?? 0),
      requests: usage.requests + (more.requests ?? 0),
      tool_calls: usage.tool_calls + (more.tool_calls ?? 0),
      cost_usd: cost === null ? usage.cost_usd : (usage.cost_usd ?? 0) + cost,
    };
  }
}
