import { Fragment } from "react";
import { Link } from "wouter";

interface NameLinksProps {
  names: readonly string[];
  to: (name: string) => string;
  /** In place of no names. */
  nothing?: string;
}

/** Names of tools or agents, each leading to its page. */
export function NameLinks({ names, to, nothing = "none" }: NameLinksProps) {
  if (names.length === 0) return <span className="text-muted">{nothing}</span>;
  return names.map((name, index) => (
    <Fragment key={name}>
      {index > 0 && ", "}
      <Link href={to(name)} className="font-mono text-xs break-words text-accent underline">
        {name}
      </Link>
    </Fragment>
  ));
}
