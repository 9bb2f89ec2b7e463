import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { IconButton } from "./Button";
import { Menu, type MenuItem } from "./Menu";

interface RowMenuProps {
  /** Of what it has the actions. */
  name: string;
  items: () => readonly MenuItem[];
}

const NAME_MAX_CHARS = 60;

/** The menu of a row in a long list: a mere button until it is used, as rows come and go while one scrolls. */
export function RowMenu({ name, items }: RowMenuProps) {
  const [isUsed, setUsed] = useState(false);
  const look = {
    label: `Actions for ${name.slice(0, NAME_MAX_CHARS)}`,
    size: "sm",
    icon: <Ellipsis size={16} aria-hidden />,
  } as const;
  if (isUsed) return <Menu trigger={<IconButton {...look} />} items={items()} defaultOpen />;
  return <IconButton {...look} aria-haspopup="menu" aria-expanded={false} onClick={() => setUsed(true)} />;
}
