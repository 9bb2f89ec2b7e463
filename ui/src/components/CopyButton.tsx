import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./Button";
import { toast } from "./toast_store";

const COPIED_SHOWN_MS = 1500;

/** Copies; where the browser refuses (no secure origin, no permission) it says so. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    toast.error(error);
    return false;
  }
}

interface CopyButtonProps {
  text: string | (() => string);
  label?: string;
  size?: "sm" | "md";
}

export function CopyButton({ text, label = "Copy", size = "sm" }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const icon = isCopied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />;
  const copy = async () => setCopied(await copyText(typeof text === "string" ? text : text()));
  return <IconButton label={isCopied ? "Copied" : label} size={size} icon={icon} onClick={copy} />;
}
