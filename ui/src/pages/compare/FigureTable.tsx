import { cx } from "@/components/classes";
import type { Figure } from "./figures";

/** Figures of both runs, and by how much they differ. */
export function FigureTable({ figures }: { figures: readonly Figure[] }) {
  return (
    <table className="w-full text-left tabular-nums">
      <thead className="text-xs text-muted">
        <tr>
          <th scope="col" className="py-1 pr-3 font-medium">
            Figure
          </th>
          <th scope="col" className="py-1 pr-3 font-medium">
            A
          </th>
          <th scope="col" className="py-1 pr-3 font-medium">
            B
          </th>
          <th scope="col" className="py-1 font-medium">
            Difference
          </th>
        </tr>
      </thead>
      <tbody>
        {figures.map(({ name, a, b, isSame, delta }) => (
          <tr key={name} className="border-t border-line">
            <th scope="row" className="py-1 pr-3 font-normal text-muted">
              {name}
            </th>
            <td className="py-1 pr-3 [overflow-wrap:anywhere]">{a}</td>
            <td className={cx("py-1 pr-3 [overflow-wrap:anywhere]", !isSame && "font-medium")}>{b}</td>
            <td className="py-1">
              {isSame ? <span className="text-muted">same</span> : (delta ?? "differs")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
