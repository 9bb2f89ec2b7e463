/** Trying a tool: a look at what will happen where that matters, the call, and its place among the tries. */
import { useState } from "react";
import { asApiError } from "@/api/client";
import type { ToolInfo } from "@/api/model";
import { useInvokeTool } from "@/api/mutations";
import { type Args, type Trial, useTrials } from "./trials";

const NEEDS_APPROVAL = "ASDK-RES-004";

export interface Question {
  args: Args;
  /** Why it is asked. */
  text: string;
}

export interface Invocation {
  trials: readonly Trial[];
  isBusy: boolean;
  /** What the user has to agree to before anything is sent. */
  question: Question | null;
  start: (args: Args) => void;
  agree: () => void;
  decline: () => void;
}

function reasonToAsk(tool: ToolInfo): string | null {
  if (tool.needs_approval)
    return "Each call of this tool has to be approved. To run it is to approve this one.";
  if (tool.effects === "external") return "This tool acts on the world outside, which cannot be undone here.";
  return null;
}

export function useInvocation(tool: ToolInfo): Invocation {
  const [trials, add] = useTrials(tool.name);
  const [question, setQuestion] = useState<Question | null>(null);
  const { mutateAsync, isPending } = useInvokeTool();
  const run = async (args: Args, isAgreed: boolean) => {
    const at = Date.now();
    try {
      const outcome = await mutateAsync({ name: tool.name, args, approve: isAgreed });
      add({ at, args, outcome, refusal: null });
    } catch (thrown) {
      const refusal = asApiError(thrown);
      // The tool finds by itself, from its arguments, that a human has to agree.
      if (refusal.code === NEEDS_APPROVAL && !isAgreed) setQuestion({ args, text: refusal.detail });
      else add({ at, args, outcome: null, refusal });
    }
  };
  return {
    trials,
    isBusy: isPending,
    question,
    start: (args) => {
      const text = reasonToAsk(tool);
      if (text) setQuestion({ args, text });
      else void run(args, false);
    },
    agree: () => {
      setQuestion(null);
      if (question) void run(question.args, true);
    },
    decline: () => setQuestion(null),
  };
}
