import { useState } from "react";
import { Switch } from "@/components/Field";
import type { Setting } from "./configuration";

function told(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string"))
    return value.join(", ") || "none";
  return JSON.stringify(value, null, 2);
}

/** Settings of both runs: those that differ, and on demand all. */
export function SettingTable({ settings }: { settings: readonly Setting[] }) {
  const [isAll, setAll] = useState(false);
  const differing = settings.filter((setting) => !setting.isSame);
  const shown = isAll ? settings : differing;
  return (
    <div className="flex flex-col gap-2">
      <Switch
        label={`Show the ${settings.length - differing.length} that are the same too`}
        checked={isAll}
        onCheckedChange={setAll}
      />
      {differing.length === 0 && <p className="text-muted">Both runs were set up alike.</p>}
      {shown.length > 0 && (
        <table className="w-full table-fixed text-left">
          <thead className="text-xs text-muted">
            <tr>
              <th scope="col" className="w-1/4 py-1 pr-3 font-medium">
                Setting
              </th>
              <th scope="col" className="py-1 pr-3 font-medium">
                A
              </th>
              <th scope="col" className="py-1 font-medium">
                B
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, a, b, isSame }) => (
              <tr key={name} className="border-t border-line align-top">
                <th scope="row" className="py-1 pr-3 font-normal break-words text-muted">
                  {name}
                </th>
                <td className="py-1 pr-3 break-words whitespace-pre-wrap">{told(a)}</td>
                <td className="py-1 break-words whitespace-pre-wrap">
                  {isSame ? <span className="text-muted">same</span> : told(b)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
