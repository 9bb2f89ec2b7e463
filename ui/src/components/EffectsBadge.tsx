import { BookOpen, Pencil, RadioTower } from "lucide-react";
import type { ToolInfo } from "@/api/model";
import { Badge, type Tone } from "./Badge";

const EFFECTS: Record<ToolInfo["effects"], { tone: Tone; Icon: typeof Pencil; title: string }> = {
  read: { tone: "neutral", Icon: BookOpen, title: "It only reads." },
  write: { tone: "info", Icon: Pencil, title: "It changes what this system keeps." },
  external: {
    tone: "warn",
    Icon: RadioTower,
    title: "It acts on the world outside, which cannot be undone here.",
  },
};

/** What calling a tool does to the world: by word, icon and colour. */
export function EffectsBadge({ effects }: { effects: ToolInfo["effects"] }) {
  const { tone, Icon, title } = EFFECTS[effects];
  return (
    <Badge tone={tone} title={title} icon={<Icon size={12} aria-hidden />}>
      {effects}
    </Badge>
  );
}
