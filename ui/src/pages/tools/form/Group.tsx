import type { ReactNode } from "react";
import type { ControlProps } from "./SchemaField";

interface GroupProps extends Pick<ControlProps, "label" | "hint" | "error"> {
  actions: ReactNode;
  children?: ReactNode;
}

/** Several controls under one name. */
export function Group({ label, hint, error, actions, children }: GroupProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-xs font-medium text-muted">{label}</legend>
      {hint && <p className="text-xs text-muted">{hint}</p>}
      {error && <p className="text-xs text-err">{error}</p>}
      {children && <div className="my-2 flex flex-col gap-3 border-l-2 border-line pl-3">{children}</div>}
      <div className="mt-1 flex flex-wrap gap-2">{actions}</div>
    </fieldset>
  );
}
