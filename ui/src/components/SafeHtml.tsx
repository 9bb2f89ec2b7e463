import { memo } from "react";
import { sanitize } from "./sanitize";

interface SafeHtmlProps {
  html: string;
  as?: "div" | "code";
  className?: string;
}

/** Shows HTML after it went through the sanitiser. */
export const SafeHtml = memo(function SafeHtml({ html, as: Tag = "div", className }: SafeHtmlProps) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: sanitised, as a TrustedHTML where the browser has them
  return <Tag className={className} dangerouslySetInnerHTML={{ __html: sanitize(html) }} />;
});
