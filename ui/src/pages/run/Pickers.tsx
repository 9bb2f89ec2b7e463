import { Select } from "@/components/Field";
import type { Choice } from "./choice";

/** Agent and model of the next run. */
export function Pickers({ choice }: { choice: Choice }) {
  return (
    <>
      <div className="w-[min(14rem,42vw)]">
        <Select
          aria-label="Agent"
          title={choice.agent?.description ?? "Agent"}
          options={choice.agents}
          value={choice.agent?.name ?? ""}
          onValueChange={choice.chooseAgent}
          className="text-ellipsis"
        />
      </div>
      <div className="w-[min(14rem,42vw)]">
        <Select
          aria-label="Model"
          options={choice.models}
          value={choice.model}
          onValueChange={choice.chooseModel}
          className="text-ellipsis"
        />
      </div>
    </>
  );
}
